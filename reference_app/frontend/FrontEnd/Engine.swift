/// The engine in this process, called over its C ABI.
import EngineABI

/// A call of the engine that did not succeed.
struct EngineError: Error, CustomStringConvertible {
    let call: String
    let code: Int32
    let problem: String

    var description: String {
        "\(call): result code \(code)" + (problem.isEmpty ? "" : ": \(problem)")
    }
}

/// How an engine is made.
struct EngineSetup {
    var library = "build/lib/libwhiteroom_engine.so"
    var driver = "auto"
    var segments = ""
    var metricsPort: Int32 = 8000
    var control = ""
    var logFile = "-"
    /// Where callbacks' events go; empty: to the log.
    var eventLog = ""
    var sampleRate = 48_000.0
    var bufferFrames: UInt32 = 256
}

/// The engine, from its making to its end. Every function may be called from every thread.
final class Engine: @unchecked Sendable {
    // Unchecked: the ABI checks handles and locks for itself; the table is written once, here.
    private let abi: engine_abi
    private let handle: OpaquePointer

    init(_ setup: EngineSetup) throws {
        var table = engine_abi()
        if let problem = engine_abi_load(setup.library, &table) {
            throw EngineError(call: setup.library, code: -1, problem: String(cString: problem))
        }
        abi = table
        handle = try Self.create(setup, table)
    }

    private static func create(_ setup: EngineSetup, _ abi: engine_abi) throws -> OpaquePointer {
        var config = sch_engine_config()
        config.size = MemoryLayout<sch_engine_config>.size
        config.metrics_port = setup.metricsPort
        var made: OpaquePointer?
        let code = setup.driver.withCString { driver in
            setup.segments.withCStringOrNull { segments in
                setup.control.withCStringOrNull { control in
                    setup.logFile.withCStringOrNull { log in
                        setup.eventLog.withCStringOrNull { events in
                            config.driver = driver
                            config.segments = segments
                            config.control = control
                            config.log_file = log
                            config.event_log = events
                            return abi.create(&config, &made)
                        }
                    }
                }
            }
        }
        try require(code, "sch_engine_create")
        return made!
    }

    deinit {
        _ = abi.destroy(handle)
    }

    func start(_ setup: EngineSetup) throws {
        try require(
            abi.audio_init(handle, setup.sampleRate, setup.bufferFrames, 2), "sch_engine_audio_init")
        try require(abi.audio_start(handle), "sch_engine_audio_start")
    }

    /// Load "First Light" and return its JSON.
    func loadDefaultSong() throws -> String {
        var json: UnsafeMutablePointer<CChar>?
        try require(abi.create_default_song(handle, &json), "sch_engine_create_default_song")
        return taken(json)
    }

    func loadSong(_ json: String) throws {
        var problem: UnsafeMutablePointer<CChar>?
        let code = abi.load_song(handle, json, &problem)
        try require(code, "sch_engine_load_song", taken(problem))
    }

    /// Render the song into a WAV file. Takes its time.
    func exportSong(to path: String, seconds: Double) throws {
        try require(abi.export_song(handle, path, seconds), "sch_engine_export_song")
    }

    func setPlaying(_ playing: Bool) throws {
        try require(abi.set_transport(handle, playing), "sch_engine_set_transport")
    }

    func setTempo(_ bpm: Double) throws {
        try require(abi.set_tempo(handle, bpm), "sch_engine_set_tempo")
    }

    func blend(_ first: String, _ second: String, _ blend: Double) throws {
        try require(
            abi.set_performance_blend(handle, first, second, blend), "sch_engine_set_performance_blend")
    }

    func read(_ state: inout sch_performance_state) throws {
        try require(abi.get_performance_state(handle, &state), "sch_engine_get_performance_state")
    }

    func audioStatus() throws -> sch_audio_status {
        var status = sch_audio_status()
        try require(abi.get_audio_status(handle, &status), "sch_engine_get_audio_status")
        return status
    }

    func version() throws -> String {
        var text: UnsafeMutablePointer<CChar>?
        try require(abi.get_version(&text), "sch_engine_get_version")
        return taken(text)
    }

    /// Copy a text of the engine's, and give it back.
    private func taken(_ text: UnsafeMutablePointer<CChar>?) -> String {
        guard let text else { return "" }
        defer { _ = abi.free_string(text) }
        return String(cString: text)
    }
}

/// A command that waits for the sound to run has been accepted, too.
private func require(_ code: Int32, _ call: String, _ problem: String = "") throws {
    guard code == Int32(SCH_OK.rawValue) || code == Int32(SCH_DEFERRED.rawValue) else {
        throw EngineError(call: call, code: code, problem: problem)
    }
}

extension String {
    /// Call `body` with the text, or with NULL when it is empty.
    fileprivate func withCStringOrNull<Result>(
        _ body: (UnsafePointer<CChar>?) -> Result
    ) -> Result {
        isEmpty ? body(nil) : withCString(body)
    }
}

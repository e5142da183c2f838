/// The command line of the reference front end.
import WhiteRoomMonitoring

/// The command line asks for something that does not exist; exit status 2.
struct UsageError: Error, CustomStringConvertible {
    let description: String
}

struct Options {
    var engine = EngineSetup()
    var metricsPort: UInt16 = 8001
    var refreshHertz = 60.0
    var width = 640
    var height = 360
    var seed: UInt64 = 1
    var hasUser = true
    var userSpeed = 1.0
    var screen = UI.Screen.library
    var logFile = ""
    var exports = ""
    var picture = ""
    var frames = Int.max
    var wantsHelp = false
    var wantsVersion = false

    static let usage = """
        usage: whiteroom-frontend [OPTION ...]

        The reference front end: hosts the audio engine over its C ABI, draws mixer, meters and waveform
        for each refresh of a display that is not there, and records how well it keeps up. Somebody uses
        it: moves through screens, loads songs, switches performances, exports.

          --engine LIBRARY           the engine (default build/lib/libwhiteroom_engine.so)
          --driver auto|jack|clock   what calls the engine's render callback (default auto)
          --sample-rate HERTZ        (default 48000; JACK has its own)
          --buffer-frames FRAMES     (default 256; JACK has its own)
          --engine-metrics-port PORT serve the engine's metrics here (default 8000; 0: any free one)
          --metrics-port PORT        serve the front end's here (default 8001; 0: any free one)
          --segments DIR             folder of metric segments (default /dev/shm/whiteroom-<uid>)
          --control SOCKET           let the engine take commands on this Unix socket (default: none)
          --refresh-hertz HERTZ      refreshes of the display in a second, 1 to 240 (default 60)
          --seed NUMBER              who the user is (default 1)
          --user-speed FACTOR        how fast the user is, 0.1 to 100 (default 1)
          --without-user             nobody uses it
          --screen NAME              begin at this screen (default library)
          --exports DIR              folder for exported files (default: nothing is exported)
          --picture FILE             at the end, write the last frame as PNG
          --frames NUMBER            end after that many frames (default: a signal ends it)
          --log-file FILE            append JSON lines here (default: standard output)
          --engine-log-file FILE     the engine's (default: standard output)
          --engine-event-log FILE    append what the engine's callbacks log here (default: to its log)
          --version, --help

        Exit status: 0 stopped by a signal or after its frames, 1 failure, 2 usage.
        """

    init(_ words: [String]) throws {
        var rest = words[...]
        while let word = rest.popFirst() {
            switch word {
            case "--without-user": hasUser = false
            case "--help": wantsHelp = true
            case "--version": wantsVersion = true
            default:
                guard Self.valued.contains(word) else {
                    throw UsageError(description: "\(word): no such option; see --help")
                }
                guard let value = rest.popFirst() else {
                    throw UsageError(description: "\(word) needs a value")
                }
                try set(word, value)
            }
        }
    }

    private static let valued: Set<String> = [
        "--engine", "--driver", "--sample-rate", "--buffer-frames", "--engine-metrics-port",
        "--metrics-port", "--segments", "--control", "--refresh-hertz", "--seed", "--user-speed", "--screen",
        "--exports", "--picture", "--frames", "--log-file", "--engine-log-file",
        "--engine-event-log",
    ]

    private mutating func set(_ option: String, _ value: String) throws {
        switch option {
        case "--engine": engine.library = value
        case "--driver": engine.driver = value
        case "--sample-rate": engine.sampleRate = try number(option, value, 44_100...192_000)
        case "--buffer-frames": engine.bufferFrames = try number(option, value, 32...2048)
        case "--engine-metrics-port": engine.metricsPort = try number(option, value, 0...65_535)
        case "--metrics-port": metricsPort = try number(option, value, 0...65_535)
        case "--segments": engine.segments = value
        case "--control": engine.control = value
        case "--refresh-hertz": refreshHertz = try number(option, value, 1...240)
        case "--seed": seed = try number(option, value, 0...UInt64.max)
        case "--user-speed": userSpeed = try number(option, value, 0.1...100)
        case "--screen": screen = try Self.screen(value)
        case "--exports": exports = value
        case "--picture": picture = value
        case "--frames": frames = try number(option, value, 1...Int.max)
        case "--engine-log-file": engine.logFile = value
        case "--engine-event-log": engine.eventLog = value
        default: logFile = value
        }
    }

    private static func screen(_ name: String) throws -> UI.Screen {
        guard let found = UI.Screen.allCases.first(where: { $0.text == name }) else {
            let names = UI.Screen.texts.joined(separator: ", ")
            throw UsageError(description: "--screen \(name): expected one of \(names)")
        }
        return found
    }
}

private func number<Number: LosslessStringConvertible & Comparable>(
    _ option: String, _ text: String, _ range: ClosedRange<Number>
) throws -> Number {
    guard let value = Number(text), range.contains(value) else {
        throw UsageError(
            description: "\(option) \(text): expected a number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
}

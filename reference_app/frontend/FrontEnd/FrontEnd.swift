/// The front end: does what its user wants, shows what the engine plays, and records both.
import EngineABI
import Foundation
import Synchronization
import WhiteRoomMonitoring

/// What work beside the drawing has led to.
private enum Outcome: Sendable {
    case loaded(song: Int)
    case exported(path: String)
    case failed(String, UI.TypeValue)
}

/// Outcomes on their way to the thread that draws.
private final class Outcomes: Sendable {
    private let waiting = Mutex<[Outcome]>([])

    func put(_ outcome: Outcome) {
        waiting.withLock { $0.append(outcome) }
    }

    func take() -> [Outcome] {
        waiting.withLock { waiting in
            defer { waiting.removeAll(keepingCapacity: true) }
            return waiting
        }
    }
}

/// One thread, the one that draws, has it. What takes long is done beside.
final class FrontEnd {
    private static let blendDuration = Duration.seconds(2)
    private static let exportSeconds = 8.0
    private static let statusEvery = 30

    private(set) var scene = Scene()
    private let engine: Engine
    private let ui: UIMetrics
    private let business: BusinessMetrics
    private let log: Log
    private let events: UI.Events
    private let songTexts: [LogText]
    private let exports: String
    private let beside = DispatchQueue(label: "whiteroom.beside")
    private let outcomes = Outcomes()
    private var frames = 0
    private var effectsDue: [MonotonicTime] = []
    private var blend: (began: MonotonicTime, from: Double, to: Double)?
    private var tempos: (undo: [Double], redo: [Double]) = ([], [])
    private var engineAnswers = true

    /// `exports` is the folder for exported files; without one, the user exports nothing.
    init(engine: Engine, segment: Segment, log: Log, exports: String) throws {
        self.engine = engine
        self.log = log
        self.exports = exports
        ui = try UIMetrics(segment)
        business = try BusinessMetrics(segment)
        events = try UI.Events(segment)
        let songs = try Song.library(of: engine.loadDefaultSong())
        songTexts = try songs.map { try segment.logText($0.name) }
        scene.songs = songs
        scene.tempoBpm = scene.songs[0].tempoBpm
    }

    /// A user sits down.
    func sessionBegan() -> ActiveSession { business.sessionBegan() }

    /// Whether the engine's sound server is gone for good.
    var soundIsLost: Bool { scene.audio.state == Int32(SCH_AUDIO_LOST.rawValue) }

    // --- actions ---

    /// Do what the user wants; what is wrong is shown and counted.
    func perform(_ action: UserAction, at now: MonotonicTime) {
        do {
            try carryOut(action, at: now)
            effectsDue.append(now)
        } catch {
            show(error: String(describing: error), .engine)
        }
    }

    private func carryOut(_ action: UserAction, at now: MonotonicTime) throws {
        switch action {
        case .navigate(let screen): navigate(to: screen, at: now)
        case .play: try setPlaying(true)
        case .stop: try setPlaying(false)
        case .loadSong(let song): load(song)
        case .switchPerformance: switchPerformance(at: now)
        case .changeTempo(let step): try changeTempo(by: step)
        case .undo: try undo()
        case .redo: try redo()
        case .export: export()
        }
    }

    private func navigate(to screen: UI.Screen, at now: MonotonicTime) {
        ui.userDid(.navigate)
        guard screen != scene.screen else { return }
        scene.transition = Scene.Transition(from: scene.screen, began: now)
        scene.screen = screen
    }

    private func setPlaying(_ playing: Bool) throws {
        ui.userDid(playing ? .play : .stop)
        try engine.setPlaying(playing)
        scene.message = playing ? "playing" : "stopped"
    }

    private func load(_ song: Int) {
        ui.userDid(.loadSong)
        scene.message = "loading \(scene.songs[song].name)"
        let json = scene.songs[song].json
        let (engine, business, outcomes) = (engine, business, outcomes)
        beside.async {
            do {
                try business.loadingSong { try engine.loadSong(json) }
                outcomes.put(.loaded(song: song))
            } catch {
                outcomes.put(.failed(String(describing: error), .engine))
            }
        }
    }

    private func export() {
        ui.userDid(.export)
        guard !exports.isEmpty, !scene.exporting else { return }
        scene.exporting = true
        scene.message = "exporting"
        // The one before is replaced: a folder of exports must not grow for ever.
        let path = "\(exports)/\(scene.songs[scene.song].name.replacing(" ", with: "-")).wav"
        let (engine, business, outcomes) = (engine, business, outcomes)
        beside.async {
            do {
                try business.exporting { try engine.exportSong(to: path, seconds: Self.exportSeconds) }
                outcomes.put(.exported(path: path))
            } catch {
                outcomes.put(.failed(String(describing: error), .file))
            }
        }
    }

    private func switchPerformance(at now: MonotonicTime) {
        ui.userDid(.switchPerformance)
        let from = scene.heard.blend
        blend = (now, from, from < 0.5 ? 1 : 0)
    }

    private func changeTempo(by step: Double) throws {
        ui.userDid(.edit)
        tempos.undo.append(scene.tempoBpm)
        tempos.redo.removeAll()
        try setTempo(scene.tempoBpm + step)
    }

    private func undo() throws {
        ui.userDid(.undo)
        guard let before = tempos.undo.popLast() else { return }
        tempos.redo.append(scene.tempoBpm)
        try setTempo(before)
    }

    private func redo() throws {
        ui.userDid(.redo)
        guard let after = tempos.redo.popLast() else { return }
        tempos.undo.append(scene.tempoBpm)
        try setTempo(after)
    }

    private func setTempo(_ bpm: Double) throws {
        try engine.setTempo(bpm)
        scene.tempoBpm = bpm
        scene.message = "tempo \(Int(bpm.rounded()))"
    }

    // --- frames ---

    /// Bring the scene up to date, before it is drawn.
    func prepareFrame(at now: MonotonicTime) {
        for outcome in outcomes.take() { take(outcome) }
        moveBlend(at: now)
        readEngine()
        scene.moveMeters()
        if let ended = scene.moveTransition(at: now) {
            ui.transitionEnded(to: scene.screen, began: ended.began, ended: now)
        }
        frames += 1
    }

    /// The frame that was prepared is shown.
    func frameShown(at now: MonotonicTime) {
        for began in effectsDue { ui.effectShown(began: began, shown: now) }
        effectsDue.removeAll(keepingCapacity: true)
    }

    private func take(_ outcome: Outcome) {
        switch outcome {
        case .loaded(let song):
            scene.song = song
            scene.tempoBpm = scene.songs[song].tempoBpm
            tempos = ([], [])
            scene.message = "loaded \(scene.songs[song].name)"
            events.songShown(song: songTexts[song])
        case .exported(let path):
            scene.exporting = false
            scene.message = "exported"
            note(.info, "song exported", [("path", path)])
        case .failed(let problem, let type):
            scene.exporting = false
            show(error: problem, type)
        }
    }

    private func moveBlend(at now: MonotonicTime) {
        guard let moving = blend, scene.songs[scene.song].performances.count > 1 else { return }
        let share = min(1, (now - moving.began) / Self.blendDuration)
        let performances = scene.songs[scene.song].performances
        let value = moving.from + (moving.to - moving.from) * share
        if share == 1 { blend = nil }
        answered { try engine.blend(performances[0].id, performances[1].id, value) }
    }

    private func readEngine() {
        answered {
            try engine.read(&scene.heard)
            if frames % Self.statusEvery == 0 { scene.audio = try engine.audioStatus() }
        }
    }

    /// Ask the engine something that is asked at every frame: what is wrong is told once.
    private func answered(_ ask: () throws -> Void) {
        do {
            try ask()
            engineAnswers = true
        } catch {
            if engineAnswers { show(error: String(describing: error), .engine) }
            engineAnswers = false
        }
    }

    private func show(error problem: String, _ type: UI.TypeValue) {
        ui.errorShown(type)
        scene.message = problem
        note(.error, problem, [("type", type.text)])
    }

    private func note(_ level: LogLevel, _ message: String, _ fields: [(String, String)]) {
        let log = log
        beside.async { log.write(level, message, fields) }
    }
}

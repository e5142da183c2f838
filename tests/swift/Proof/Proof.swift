/// What tests/swift/test_budget.py holds to the budget of recording: it counts what a thousand rounds
/// of a function ask of the heap, and looks through the machine code for what they may call.
///
/// usage: whiteroom-swift-proof FUNCTION; prints the counts as JSON. Functions other than the first
/// break the promise on purpose, to see that it would be noticed.
import AllocationCount
import WhiteRoomMonitoring

/// Handles of every kind.
struct Handles: ~Copyable {
    let ui: UIMetrics
    let business: BusinessMetrics
    let shared: UI.Shared
    let ffi: FFI.Shared
    let http: HTTP.Shared
    let channel: DurationCounter<OneWriter>
    let frames: FrameMetrics
    let realtime: UI.Realtime
    let audio: AudioMetrics
    let callback: Audio.Realtime
    let events: Audio.Events
    let text: LogText
}

extension Handles {
    init() throws {
        let frontEnd = try Segment(.swiftFrontend, in: .privateMemory)
        let backend = try Segment(.juceBackend, in: .privateMemory)
        let callback = try Audio.Realtime(backend)
        self.init(
            ui: try UIMetrics(frontEnd),
            business: try BusinessMetrics(frontEnd),
            shared: try UI.Shared(frontEnd),
            ffi: try FFI.Shared(backend),
            http: try HTTP.Shared(Segment(.businessMetrics, in: .privateMemory)),
            channel: try callback.audioChannelRenderSecondsTotal(channel: "bass"),
            frames: try FrameMetrics(frontEnd),
            realtime: try UI.Realtime(frontEnd),
            audio: try AudioMetrics(backend, channels: ["bass", "lead"]),
            callback: callback,
            events: try Audio.Events(backend),
            text: try backend.logText("bass/synth"))
    }
}

/// Record a value with every function that the client has.
@inline(never)
func recordEverything(_ handles: borrowing Handles) {
    let began = MonotonicTime.now
    handles.ui.userDid(.play)
    handles.ui.effectShown(began: began)
    handles.ui.transitionEnded(to: .mixer, began: began)
    handles.ui.errorShown(.engine)
    handles.business.songLoaded(began: began)
    handles.business.exported(began: began)
    handles.business.sessionBegan().end()
    _ = handles.business.loadingSong { 1 }
    handles.shared.uiInteractionTimeSeconds.observe(.milliseconds(7))
    handles.shared.uiTransitionDurationSeconds[.song].observe(since: began)
    handles.shared.uiActiveSessions.set(1)
    handles.realtime.uiFramesTotal.increment()
    handles.realtime.uiRenderTimeSeconds.observe(nanoseconds: 5_000_000)
    handles.frames.frameDrawn(
        began: began, ended: .now, deadline: began + .milliseconds(16), interval: .milliseconds(16))
    handles.audio.channelRendered(0, took: .microseconds(3))
    handles.audio.callbackRendered(began: began, ended: .now, frames: 256)
    handles.audio.stream.reportXrun(delay: .milliseconds(1))
    handles.audio.stream.setStream(sampleRateHertz: 48_000, bufferFrames: 256)
    handles.callback.audioEngineLoadRatio.observe(0.25)
    handles.callback.audioDropoutSecondsTotal[.device].add(.microseconds(9))
    handles.channel.add(nanoseconds: 11)
    handles.events.dropoutBegan(
        dropoutId: 7, cause: .device, lostSeconds: 0.001, renderSeconds: 0.006, plugin: handles.text,
        at: began)
    handles.events.songLoaded(song: handles.text, channels: 10)
    handles.ffi.ffiErrorsTotal[.schEngineSetTempo][.rejected].increment()
    handles.http.httpActiveConnections.increment()
    handles.http.httpRequestDurationSeconds.observe(
        .milliseconds(7), of: Exemplar(traceHigh: 1, traceLow: 2))
}

final class Tempo {}
nonisolated(unsafe) var tempo: Tempo? = Tempo()
nonisolated(unsafe) var kept: Tempo?
nonisolated(unsafe) var tempos: [Double] = []

/// The break: it allocates.
@inline(never)
func recordAndAllocate(_ handles: borrowing Handles) {
    handles.ui.userDid(.play)
    tempos = [Double(MonotonicTime.now.nanoseconds)]
}

/// The break: it retains and releases.
@inline(never)
func recordAndRetain(_ handles: borrowing Handles) {
    handles.ui.userDid(.play)
    kept = tempo
}

@main struct Proof {
    static func main() throws {
        let handles = try Handles()
        let body: (borrowing Handles) -> Void
        switch CommandLine.arguments.last {
        case "recordEverything": body = recordEverything
        case "recordAndAllocate": body = recordAndAllocate
        case "recordAndRetain": body = recordAndRetain
        default: fatalError("usage: whiteroom-swift-proof FUNCTION, one of this file's")
        }
        body(handles)
        let before = heap_calls_so_far()
        for _ in 0..<1_000 { body(handles) }
        let after = heap_calls_so_far()
        let allocations = after.allocations - before.allocations
        print("{\"allocations\": \(allocations), \"frees\": \(after.frees - before.frees)}")
    }
}

/// Records what a render callback does that is written in Swift, with the core's own AudioMetrics:
/// render time, load, the cost of channels, and dropouts, judged as the C++ engine's are.
///
/// The render callback has it: it is not Sendable, because its cells have one writer at a time.
/// Recording is wait-free; making it and its end are not.
import WhiteRoomMonitoringCore

public struct AudioMetrics: ~Copyable {
    /// What other threads than the callback's may record.
    public let stream: AudioStreamMetrics
    private let core: OpaquePointer
    private let channelCount: Int

    /// `segment` is one of the program `juce-backend`; `channels` name the mixer's channels.
    public init(_ segment: Segment, channels: [String]) throws(MonitoringError) {
        stream = try AudioStreamMetrics(segment, channels: channels)
        core = stream.core
        channelCount = channels.count
    }

    /// One channel, by its place in the names, has been rendered. One that isn't there is ignored.
    public func channelRendered(_ channel: Int, took: Duration) {
        guard channel >= 0, channel < channelCount else { return }
        wrm_audio_metrics_channel_rendered(core, channel, took.inNanoseconds)
    }

    /// A callback for `frames` has begun and ended at these times, and was due, where the driver
    /// knows that. Counts what recording has cost, too: take `ended` just before.
    public func callbackRendered(
        began: MonotonicTime, ended: MonotonicTime, frames: Int, due: MonotonicTime? = nil
    ) {
        let frames = UInt32(clamping: frames)
        guard var due = due?.nanoseconds else {
            wrm_audio_metrics_callback_rendered(
                core, began.nanoseconds, ended.nanoseconds, frames, nil)
            return
        }
        wrm_audio_metrics_callback_rendered(
            core, began.nanoseconds, ended.nanoseconds, frames, &due)
    }
}

/// What is known of a stream outside of its callback. Any thread may record.
public final class AudioStreamMetrics: @unchecked Sendable {
    // Unchecked: the core's functions for any thread write by atomics alone. Those for the
    // callback's thread are called by AudioMetrics, which can't be copied or sent.
    let core: OpaquePointer

    init(_ segment: Segment, channels: [String]) throws(MonitoringError) {
        var made: OpaquePointer?
        try throwIfAny(
            withCStrings(channels) {
                wrm_audio_metrics_make(segment.core, $0.baseAddress, $0.count, &made)
            })
        core = made!
    }

    deinit {
        wrm_audio_metrics_free(core)
    }

    /// Say which version runs and what calls it. May lock: at preparation.
    public func setInfo(version: String, driver: Audio.Driver) throws(MonitoringError) {
        try throwIfAny(wrm_audio_metrics_set_info(core, version, driver.text))
    }

    /// Say what the stream is like; again when it changes. Wait-free.
    public func setStream(sampleRateHertz: Double, bufferFrames: Int) {
        wrm_audio_metrics_set_stream(core, sampleRateHertz, UInt32(clamping: bufferFrames))
    }

    /// Say whether the callback runs with real-time scheduling. Wait-free.
    public func setRealtimeScheduling(_ inForce: Bool) {
        wrm_audio_metrics_set_realtime_scheduling(core, inForce)
    }

    /// Say how much memory the process holds. Wait-free.
    public func setMemory(residentBytes: UInt64) {
        wrm_audio_metrics_set_memory(core, residentBytes)
    }

    /// The device reports an XRUN, and how late it was if it says so. Wait-free.
    public func reportXrun(delay: Duration = .zero) {
        wrm_audio_metrics_report_xrun(core, delay.inNanoseconds)
    }
}

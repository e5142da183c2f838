// Generated from catalogue/interfaces/audio_metrics.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// What a callback renders for. Only real time has a deadline.
public enum CallbackMode: Sendable {
    /// A device plays it.
    case realtime
    /// Nobody listens while it is made.
    case offline
    /// The device plays what somebody else makes.
    case bypassed
    /// The device plays silence on purpose.
    case paused

    var inCore: wrm_callback_mode {
        switch self {
        case .realtime: WRM_CALLBACK_MODE_REALTIME
        case .offline: WRM_CALLBACK_MODE_OFFLINE
        case .bypassed: WRM_CALLBACK_MODE_BYPASSED
        case .paused: WRM_CALLBACK_MODE_PAUSED
        }
    }
}

/// Records what a render callback does that is written in Swift, with the core's own AudioMetrics: render time, load, the cost of channels, and dropouts, judged as the C++ engine's are. The render callback has it: it is not Sendable, because its cells have one writer at a time.
public struct AudioMetrics: ~Copyable {
    /// What other threads than the callback's may record.
    public let stream: AudioStreamMetrics
    private let core: OpaquePointer

    /// Make it before the callback starts. The segment has the domain `audio`; `channels` name the mixer's channels. May lock and allocate.
    public init(_ segment: Segment, channels: [String]) throws(MonitoringError) {
        stream = try AudioStreamMetrics(segment, channels: channels)
        core = stream.core
    }

    /// One channel, by its place in the names, has been rendered. One that isn't there is counted as lost. Wait-free, the callback's thread.
    public func channelRendered(_ channel: Int, took: Duration) {
        wrm_audio_metrics_channel_rendered(core, channel, took.inNanoseconds)
    }

    /// A callback for `frames` has begun and ended at these times. It counts what recording has cost, too, so take `ended` just before. One that is not for real time is counted as such and judged by nothing. Wait-free, the callback's thread.
    public func callbackRendered(began: MonotonicTime, ended: MonotonicTime, frames: Int, due: MonotonicTime? = nil, mode: CallbackMode = .realtime, waited: Bool? = nil) {
        var details = wrm_callback_details()
        details.due_ns = due?.nanoseconds ?? 0
        details.mode = mode.inCore
        details.waited = waited.map { $0 ? WRM_YES : WRM_NO } ?? WRM_UNKNOWN
        wrm_audio_metrics_callback_rendered(core, began.nanoseconds, ended.nanoseconds, UInt32(clamping: frames), &details)
    }
}

/// What is known of a stream outside of its callback. Any thread may record.
public final class AudioStreamMetrics: @unchecked Sendable {
    // Unchecked: the core's functions for any thread guard themselves or write by atomics alone.
    // Those for the callback's thread are called by AudioMetrics, which can't be copied or sent.
    let core: OpaquePointer

    /// Make it before the callback starts. The segment has the domain `audio`; `channels` name the mixer's channels. May lock and allocate.
    init(_ segment: Segment, channels: [String]) throws(MonitoringError) {
        var made: OpaquePointer?
        let problem = withCStrings(channels) {
            wrm_audio_metrics_make(segment.core, $0.baseAddress, $0.count, &made)
        }
        try throwIfAny(problem)
        core = made!
    }

    deinit {
        wrm_audio_metrics_free(core)
    }

    /// Say which version runs and what calls it; once, before the callback starts. May lock and allocate.
    public func setInfo(version: String, driver: Audio.Driver) throws(MonitoringError) {
        try throwIfAny(wrm_audio_metrics_set_info(core, version, driver.text))
    }

    /// Say what the stream is like; again when it changes. Wait-free, any thread.
    public func setStream(sampleRateHertz: Double, bufferFrames: Int) {
        wrm_audio_metrics_set_stream(core, sampleRateHertz, UInt32(clamping: bufferFrames))
    }

    /// Say how many buffers of that length the device holds, the one that it plays counted; 0 where nobody knows. Wait-free, any thread.
    public func setDeviceBuffers(_ buffers: Int) {
        wrm_audio_metrics_set_device_buffers(core, UInt32(clamping: buffers))
    }

    /// The stream stops on purpose, so nobody expects sound until the next callback. Wait-free, any thread.
    public func streamStops() {
        wrm_audio_metrics_stream_stops(core)
    }

    /// The stream starts after a pause; what follows is judged afresh. Wait-free, any thread.
    public func streamStarts() {
        wrm_audio_metrics_stream_starts(core)
    }

    /// Say what the callbacks render for from now on. Wait-free, any thread.
    public func setMode(_ mode: CallbackMode) {
        wrm_audio_metrics_set_mode(core, mode.inCore)
    }

    /// Say whether the callback runs with real-time scheduling. Wait-free, any thread.
    public func setRealtimeScheduling(_ inForce: Bool) {
        wrm_audio_metrics_set_realtime_scheduling(core, inForce)
    }

    /// Say how much memory the process holds. Wait-free, any thread.
    public func setMemory(residentBytes: UInt64) {
        wrm_audio_metrics_set_memory(core, residentBytes)
    }

    /// The device reports an XRUN, and how late it was if it says so. Wait-free, any thread.
    public func reportXrun(delay: Duration = .zero) {
        wrm_audio_metrics_report_xrun(core, delay.inNanoseconds)
    }

    /// The same for so many at once; `delay` is how late the device was in all. Wait-free, any thread.
    public func reportXruns(_ count: Int, delay: Duration = .zero) {
        wrm_audio_metrics_report_xruns(core, UInt32(clamping: count), delay.inNanoseconds)
    }

    /// Recorded sound was lost because nobody fetched it in time. Wait-free, any thread.
    public func reportInputOverrun() {
        wrm_audio_metrics_report_input_overrun(core)
    }
}

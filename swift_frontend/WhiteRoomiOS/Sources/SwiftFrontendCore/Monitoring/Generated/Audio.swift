// Generated from catalogue/audio.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// Metrics of the domain `audio`, recorded by `juce-backend`.
public enum Audio {
    /// Values of the label `mode`.
    @frozen public enum Mode: UInt8, ClosedLabel {
        case offline, bypassed, paused

        @inlinable public static var count: Int { 3 }
        public static let texts = ["offline", "bypassed", "paused"]
    }

    /// Values of the label `cause`.
    @frozen public enum Cause: UInt8, ClosedLabel {
        case overBudget, lateCallback, device, configuration

        @inlinable public static var count: Int { 4 }
        public static let texts = ["over_budget", "late_callback", "device", "configuration"]
    }

    /// Values of the label `driver`.
    @frozen public enum Driver: UInt8, ClosedLabel {
        case jack, clock, file, alsa, coreaudio, wasapi, asio, other

        @inlinable public static var count: Int { 8 }
        public static let texts = ["jack", "clock", "file", "alsa", "coreaudio", "wasapi", "asio", "other"]
    }

    /// Buckets of `audio_engine_render_time_seconds`.
    @frozen public enum AudioEngineRenderTimeSecondsBuckets: Buckets {
        @inlinable public static var count: Int { 14 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_audio_engine_render_time_seconds(group, value)
        }
    }

    /// Buckets of `audio_engine_load_ratio`.
    @frozen public enum AudioEngineLoadRatioBuckets: Buckets {
        @inlinable public static var count: Int { 14 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_audio_engine_load_ratio(group, value)
        }
    }

    /// Buckets of `audio_deadline_headroom_ratio`.
    @frozen public enum AudioDeadlineHeadroomRatioBuckets: Buckets {
        @inlinable public static var count: Int { 13 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_audio_deadline_headroom_ratio(group, value)
        }
    }

    /// Buckets of `audio_callback_jitter_ratio`.
    @frozen public enum AudioCallbackJitterRatioBuckets: Buckets {
        @inlinable public static var count: Int { 13 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_audio_callback_jitter_ratio(group, value)
        }
    }

    /// Metrics that every thread may record. Make it at preparation.
    public struct Shared: Sendable {
        let segment: Segment

        /// `audio_engine_xruns_total`: Buffer over- and underruns, as reported by the audio driver or, without one, by the clock.
        public let audioEngineXrunsTotal: Counter<ManyWriters>
        /// `audio_input_overruns_total`: Times that recorded sound was lost because nobody fetched it in time, as reported by the audio driver.
        public let audioInputOverrunsTotal: Counter<ManyWriters>
        /// `audio_buffer_duration_seconds`: Length of one audio buffer, which is the deadline of one render callback.
        public let audioBufferDurationSeconds: Gauge<ManyWriters>
        /// `audio_buffer_frames`: Frames in one audio buffer.
        public let audioBufferFrames: Gauge<ManyWriters>
        /// `audio_sample_rate_hertz`: Sample rate of the audio device.
        public let audioSampleRateHertz: Gauge<ManyWriters>
        /// `audio_engine_memory_bytes`: Resident memory of the process that renders.
        public let audioEngineMemoryBytes: Gauge<ManyWriters>
        /// `audio_engine_realtime_scheduling`: 1 when the render callback runs with real-time scheduling, else 0.
        public let audioEngineRealtimeScheduling: Gauge<ManyWriters>
        /// `audio_engine_info`: Version of the engine and the driver that calls it.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func audioEngineInfo(version: String) throws(MonitoringError) -> LabeledBy<Driver, Info<ManyWriters>> {
            try self.segment.series("audio_engine_info", [version])
        }

        public init(_ segment: Segment) throws(MonitoringError) {
            self.segment = segment
            audioEngineXrunsTotal = try segment.handle("audio_engine_xruns_total")
            audioInputOverrunsTotal = try segment.handle("audio_input_overruns_total")
            audioBufferDurationSeconds = try segment.handle("audio_buffer_duration_seconds")
            audioBufferFrames = try segment.handle("audio_buffer_frames")
            audioSampleRateHertz = try segment.handle("audio_sample_rate_hertz")
            audioEngineMemoryBytes = try segment.handle("audio_engine_memory_bytes")
            audioEngineRealtimeScheduling = try segment.handle("audio_engine_realtime_scheduling")
        }
    }

    /// Metrics of one instance: a callback, a plug-in or a display, recorded by one
    /// thread at a time. Make it at preparation; its handles don't outlive it.
    public struct Realtime: ~Copyable {
        /// `audio_engine_render_time_seconds`: Time that one render callback took, from its first to its last instruction.
        public let audioEngineRenderTimeSeconds: Histogram<OneWriter, Seconds, AudioEngineRenderTimeSecondsBuckets>
        /// `audio_engine_load_ratio`: Render time of one callback divided by the length of what it renders; above 1 only a queue can make up for it.
        public let audioEngineLoadRatio: Histogram<OneWriter, Ratio, AudioEngineLoadRatioBuckets>
        /// `audio_deadline_headroom_ratio`: Share of its deadline that was left when a callback ended; 0 when it was missed.
        public let audioDeadlineHeadroomRatio: Histogram<OneWriter, Ratio, AudioDeadlineHeadroomRatioBuckets>
        /// `audio_callback_jitter_ratio`: How much later than it was due a callback began, as a share of its deadline.
        public let audioCallbackJitterRatio: Histogram<OneWriter, Ratio, AudioCallbackJitterRatioBuckets>
        /// `audio_callbacks_total`: Render callbacks that have ended.
        public let audioCallbacksTotal: Counter<OneWriter>
        /// `audio_callbacks_not_realtime_total`: Render callbacks without a deadline, by the reason; they count nowhere else.
        public let audioCallbacksNotRealtimeTotal: LabeledBy<Mode, Counter<OneWriter>>
        /// `audio_dropouts_total`: Times in which the device had no sound to play, by cause. The first second after a start does not count.
        public let audioDropoutsTotal: LabeledBy<Cause, Counter<OneWriter>>
        /// `audio_deadlines_missed_total`: Callbacks that ended after the device had run out of sound, or whose sound it lost, by the cause of their run; a run is one dropout.
        public let audioDeadlinesMissedTotal: LabeledBy<Cause, Counter<OneWriter>>
        /// `audio_dropout_seconds_total`: Sound lost in dropouts, by cause.
        public let audioDropoutSecondsTotal: LabeledBy<Cause, DurationCounter<OneWriter>>
        /// `audio_lateness_caught_up_seconds_total`: Time by which callbacks missed what would have been a deadline with two buffers, and which the device's queue made up for; no sound was lost.
        public let audioLatenessCaughtUpSecondsTotal: DurationCounter<OneWriter>
        /// `audio_channel_render_seconds_total`: Render time of one mixer channel by the wall clock; its rate is the load of the channel.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func audioChannelRenderSecondsTotal(channel: String) throws(MonitoringError) -> DurationCounter<OneWriter> {
            try self.instance.series("audio_channel_render_seconds_total", [channel])
        }
        /// `audio_plugin_render_seconds_total`: Render time of one plug-in of a mixer channel by the wall clock; a channel's plug-ins add up to the channel.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func audioPluginRenderSecondsTotal(channel: String, plugin: String) throws(MonitoringError) -> DurationCounter<OneWriter> {
            try self.instance.series("audio_plugin_render_seconds_total", [channel, plugin])
        }
        /// `audio_plugin_deadlines_missed_total`: Callbacks that were over budget, not only because the system put them aside, and in which this plug-in took longest of all.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func audioPluginDeadlinesMissedTotal(channel: String, plugin: String) throws(MonitoringError) -> Counter<OneWriter> {
            try self.instance.series("audio_plugin_deadlines_missed_total", [channel, plugin])
        }
        /// `audio_callback_preempted_seconds_total`: Time for which the system put render callbacks aside while they could have gone on, as far as a thread can tell (Linux).
        public let audioCallbackPreemptedSecondsTotal: DurationCounter<OneWriter>
        /// `audio_monitoring_seconds_total`: Time that recording metrics took in render callbacks; against the render time, monitoring's share.
        public let audioMonitoringSecondsTotal: DurationCounter<OneWriter>

        let instance: Instance
    }

    /// Events of the log, from any thread, also one that plays or draws: wait-free. Make it at
    /// preparation. Without a time, an event costs a look at the clock, too.
    @frozen public struct Events: Sendable {
        @usableFromInline let log: EventLog

        public init(_ segment: Segment) throws(MonitoringError) {
            log = try segment.log()
        }

        /// The device had no sound to play; logged when the dropout begins, once for each. Level: warn.
        @inlinable public func dropoutBegan(dropoutId: UInt64, cause: Cause, lostSeconds: Double, renderSeconds: Double, plugin: LogText, at time: MonotonicTime = .now) {
            log.put(3197944446, time, dropoutId, UInt64(cause.rawValue), lostSeconds.bitPattern, renderSeconds.bitPattern, plugin.bits)
        }

        /// A callback took longer than its buffer lasts; logged for the first of several in a row. Level: warn.
        @inlinable public func pluginOverBudget(plugin: LogText, renderSeconds: Double, bufferSeconds: Double, at time: MonotonicTime = .now) {
            log.put(3810888183, time, plugin.bits, renderSeconds.bitPattern, bufferSeconds.bitPattern)
        }

        /// The audio device has been opened, or has another sample rate or buffer than before. Level: info.
        @inlinable public func deviceChanged(sampleRateHertz: Double, bufferFrames: Int64, deviceBuffers: Int64, at time: MonotonicTime = .now) {
            log.put(4016459984, time, sampleRateHertz.bitPattern, UInt64(bitPattern: bufferFrames), UInt64(bitPattern: deviceBuffers))
        }

        /// The sound server or the device has gone away while it played. Level: error.
        @inlinable public func deviceLost(driver: Driver, at time: MonotonicTime = .now) {
            log.put(1756464178, time, UInt64(driver.rawValue))
        }

        /// The render callback plays another song from now on. Level: info.
        @inlinable public func songLoaded(song: LogText, channels: Int64, at time: MonotonicTime = .now) {
            log.put(2686419316, time, song.bits, UInt64(bitPattern: channels))
        }
    }
}

extension Audio.Realtime {
    public init(_ segment: Segment) throws(MonitoringError) {
        let taken = try Instance(segment, domain: "audio")
        self.init(
            audioEngineRenderTimeSeconds: try taken.handle("audio_engine_render_time_seconds"),
            audioEngineLoadRatio: try taken.handle("audio_engine_load_ratio"),
            audioDeadlineHeadroomRatio: try taken.handle("audio_deadline_headroom_ratio"),
            audioCallbackJitterRatio: try taken.handle("audio_callback_jitter_ratio"),
            audioCallbacksTotal: try taken.handle("audio_callbacks_total"),
            audioCallbacksNotRealtimeTotal: try taken.handle("audio_callbacks_not_realtime_total"),
            audioDropoutsTotal: try taken.handle("audio_dropouts_total"),
            audioDeadlinesMissedTotal: try taken.handle("audio_deadlines_missed_total"),
            audioDropoutSecondsTotal: try taken.handle("audio_dropout_seconds_total"),
            audioLatenessCaughtUpSecondsTotal: try taken.handle("audio_lateness_caught_up_seconds_total"),
            audioCallbackPreemptedSecondsTotal: try taken.handle("audio_callback_preempted_seconds_total"),
            audioMonitoringSecondsTotal: try taken.handle("audio_monitoring_seconds_total"),
            instance: taken)
    }
}

// Generated from catalogue/audio.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// Metrics of the domain `audio`, recorded by `juce-backend`.
public enum Audio {
    /// Values of the label `cause`.
    @frozen public enum Cause: UInt8, ClosedLabel {
        case overBudget, device

        @inlinable public static var count: Int { 2 }
        public static let texts = ["over_budget", "device"]
    }

    /// Buckets of `audio_wait_seconds`.
    @frozen public enum AudioWaitSecondsBuckets: ExemplarBuckets {
        @inlinable public static var count: Int { 3 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_audio_wait_seconds(group, value)
        }
        @inlinable public static func observe(
            _ group: UnsafeMutablePointer<UInt64>, _ value: Int64, _ exemplar: Exemplar
        ) {
            var core = exemplar.core
            wrm_observe_audio_wait_seconds_of(group, value, &core)
        }
    }

    /// Metrics that every thread may record. Make it at preparation.
    public struct Shared: Sendable {
        let segment: Segment

        /// `audio_level_ratio`: Loudness of the loudest channel.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func audioLevelRatio(channel: String) throws(MonitoringError) -> Gauge<ManyWriters> {
            try self.segment.series("audio_level_ratio", [channel])
        }

        public init(_ segment: Segment) throws(MonitoringError) {
            self.segment = segment
        }
    }

    /// Metrics of one instance: a callback, a plug-in or a display, recorded by one
    /// thread at a time. Make it at preparation; its handles don't outlive it.
    public struct Realtime: ~Copyable {
        /// `audio_wait_seconds`: Time from a note to its sound.
        public let audioWaitSeconds: LabeledBy<Cause, ExemplarHistogram<OneWriter, Seconds, AudioWaitSecondsBuckets>>

        let instance: Instance
    }
}

extension Audio.Realtime {
    public init(_ segment: Segment) throws(MonitoringError) {
        let taken = try Instance(segment, domain: "audio")
        self.init(
            audioWaitSeconds: try taken.handle("audio_wait_seconds"),
            instance: taken)
    }
}

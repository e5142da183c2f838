// Generated from catalogue/shipper.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// Metrics of the domain `shipper`, recorded by `whiteroom-shipper`.
public enum Shipper {
    /// Values of the label `level`.
    @frozen public enum Level: UInt8, ClosedLabel {
        case critical, error, warn, info, debug, unknown

        @inlinable public static var count: Int { 6 }
        public static let texts = ["critical", "error", "warn", "info", "debug", "unknown"]
    }

    /// Values of the label `pattern`.
    @frozen public enum Pattern: UInt8, ClosedLabel {
        case crash, outOfMemory

        @inlinable public static var count: Int { 2 }
        public static let texts = ["crash", "out_of_memory"]
    }

    /// Values of the label `read`.
    @frozen public enum Read: UInt8, ClosedLabel {
        case query, tail

        @inlinable public static var count: Int { 2 }
        public static let texts = ["query", "tail"]
    }

    /// Buckets of `log_shipper_push_duration_seconds`.
    @frozen public enum LogShipperPushDurationSecondsBuckets: Buckets {
        @inlinable public static var count: Int { 11 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_log_shipper_push_duration_seconds(group, value)
        }
    }

    /// Buckets of `log_canary_latency_seconds`.
    @frozen public enum LogCanaryLatencySecondsBuckets: Buckets {
        @inlinable public static var count: Int { 11 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_log_canary_latency_seconds(group, value)
        }
    }

    /// Metrics that every thread may record. Make it at preparation.
    public struct Shared: Sendable {
        let segment: Segment

        /// `log_shipper_lines_read_total`: Lines that the shipper has read of its sources, by job of its configuration.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logShipperLinesReadTotal(source: String) throws(MonitoringError) -> Counter<ManyWriters> {
            try self.segment.series("log_shipper_lines_read_total", [source])
        }
        /// `log_shipper_read_bytes_total`: Bytes that the shipper has read of its sources, by job of its configuration.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logShipperReadBytesTotal(source: String) throws(MonitoringError) -> Counter<ManyWriters> {
            try self.segment.series("log_shipper_read_bytes_total", [source])
        }
        /// `log_shipper_lines_sent_total`: Lines that a target has acknowledged; those that are sent again count again.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logShipperLinesSentTotal(source: String) throws(MonitoringError) -> Counter<ManyWriters> {
            try self.segment.series("log_shipper_lines_sent_total", [source])
        }
        /// `log_lines_total`: Lines that a target has acknowledged, by job, service and level; neither canaries nor what was over an hour old.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logLinesTotal(source: String, program: String) throws(MonitoringError) -> LabeledBy<Level, Counter<ManyWriters>> {
            try self.segment.series("log_lines_total", [source, program])
        }
        /// `log_pattern_matches_total`: Those of the lines that tell of a crash, or of a process that was killed for want of memory.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logPatternMatchesTotal(source: String, program: String) throws(MonitoringError) -> LabeledBy<Pattern, Counter<ManyWriters>> {
            try self.segment.series("log_pattern_matches_total", [source, program])
        }
        /// `log_shipper_lines_dropped_total`: Lines that a stage has left out, as it is configured to, or that a socket brought faster than they could be taken.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logShipperLinesDroppedTotal(source: String, reason: String) throws(MonitoringError) -> Counter<ManyWriters> {
            try self.segment.series("log_shipper_lines_dropped_total", [source, reason])
        }
        /// `log_shipper_lines_refused_total`: Lines that a target has refused for good, with its status; they are in the file of dead letters.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logShipperLinesRefusedTotal(source: String, status: String) throws(MonitoringError) -> Counter<ManyWriters> {
            try self.segment.series("log_shipper_lines_refused_total", [source, status])
        }
        /// `log_shipper_lost_bytes_total`: Bytes of files that the shipper has seen, and that were gone before it could read them.
        public let logShipperLostBytesTotal: Counter<ManyWriters>
        /// `log_shipper_read_errors_total`: Failures to read a source, which is tried again.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logShipperReadErrorsTotal(source: String) throws(MonitoringError) -> Counter<ManyWriters> {
            try self.segment.series("log_shipper_read_errors_total", [source])
        }
        /// `log_shipper_retries_total`: Pushes that were not taken and are tried again, by status; 0 is no answer.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logShipperRetriesTotal(source: String, status: String) throws(MonitoringError) -> Counter<ManyWriters> {
            try self.segment.series("log_shipper_retries_total", [source, status])
        }
        /// `log_shipper_waiting_seconds`: How long lines of a source have been read and not acknowledged by a target, those that have waited longest.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logShipperWaitingSeconds(source: String, target: String) throws(MonitoringError) -> Gauge<ManyWriters> {
            try self.segment.series("log_shipper_waiting_seconds", [source, target])
        }
        /// `log_shipper_sources`: Files, containers, journals and sockets that the shipper reads.
        public let logShipperSources: Gauge<ManyWriters>
        /// `log_shipper_push_duration_seconds`: How long a target takes for a push.
        public let logShipperPushDurationSeconds: Histogram<ManyWriters, Seconds, LogShipperPushDurationSecondsBuckets>
        /// `log_canary_entries_total`: Canaries that were written at a source of logs.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logCanaryEntriesTotal(source: String) throws(MonitoringError) -> Counter<ManyWriters> {
            try self.segment.series("log_canary_entries_total", [source])
        }
        /// `log_canary_live`: Whether a source of logs is there to write canaries at; 0 where its program, socket or file is missing.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logCanaryLive(source: String) throws(MonitoringError) -> Gauge<ManyWriters> {
            try self.segment.series("log_canary_live", [source])
        }
        /// `log_canary_found_timestamp_seconds`: When the newest canary that came back from the log store was written; when the first one was, until one came back.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logCanaryFoundTimestampSeconds(source: String) throws(MonitoringError) -> Gauge<ManyWriters> {
            try self.segment.series("log_canary_found_timestamp_seconds", [source])
        }
        /// `log_canary_latency_seconds`: How long canaries take from being written at a source to being found in the log store.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logCanaryLatencySeconds(source: String) throws(MonitoringError) -> LabeledBy<Read, Histogram<ManyWriters, Seconds, LogCanaryLatencySecondsBuckets>> {
            try self.segment.series("log_canary_latency_seconds", [source])
        }
        /// `log_canary_late_entries_total`: Canaries that were not found within 30 s.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logCanaryLateEntriesTotal(source: String) throws(MonitoringError) -> LabeledBy<Read, Counter<ManyWriters>> {
            try self.segment.series("log_canary_late_entries_total", [source])
        }
        /// `log_canary_missing_entries_total`: Canaries that were not found within 10 min, after which nobody looks for them.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logCanaryMissingEntriesTotal(source: String) throws(MonitoringError) -> LabeledBy<Read, Counter<ManyWriters>> {
            try self.segment.series("log_canary_missing_entries_total", [source])
        }
        /// `log_canary_duplicate_entries_total`: Canaries that are in the log store once more than they were written.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logCanaryDuplicateEntriesTotal(source: String) throws(MonitoringError) -> Counter<ManyWriters> {
            try self.segment.series("log_canary_duplicate_entries_total", [source])
        }

        public init(_ segment: Segment) throws(MonitoringError) {
            self.segment = segment
            logShipperLostBytesTotal = try segment.handle("log_shipper_lost_bytes_total")
            logShipperSources = try segment.handle("log_shipper_sources")
            logShipperPushDurationSeconds = try segment.handle("log_shipper_push_duration_seconds")
        }
    }
}

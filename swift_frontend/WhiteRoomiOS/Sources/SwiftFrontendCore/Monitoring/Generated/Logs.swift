// Generated from catalogue/logs.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// Metrics of the domain `logs`, recorded by `whiteroom-logs`.
public enum Logs {
    /// Buckets of `log_query_duration_seconds`.
    @frozen public enum LogQueryDurationSecondsBuckets: Buckets {
        @inlinable public static var count: Int { 12 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_log_query_duration_seconds(group, value)
        }
    }

    /// Metrics that every thread may record. Make it at preparation.
    public struct Shared: Sendable {
        let segment: Segment

        /// `log_lines_stored_total`: Lines that the log store has accepted and written to the disk.
        public let logLinesStoredTotal: Counter<ManyWriters>
        /// `log_lines_repeated_total`: Lines that the log store had already, with the same stream, nanosecond, text and metadata.
        public let logLinesRepeatedTotal: Counter<ManyWriters>
        /// `log_lines_refused_total`: Lines that the log store has refused, by Loki's name of the reason.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func logLinesRefusedTotal(reason: String) throws(MonitoringError) -> Counter<ManyWriters> {
            try self.segment.series("log_lines_refused_total", [reason])
        }
        /// `log_query_duration_seconds`: How long the log store takes for a query for lines.
        public let logQueryDurationSeconds: Histogram<ManyWriters, Seconds, LogQueryDurationSecondsBuckets>
        /// `log_query_bytes_total`: Bytes of lines that queries have read.
        public let logQueryBytesTotal: Counter<ManyWriters>
        /// `log_store_size_bytes`: Bytes of the log store's segments on the disk.
        public let logStoreSizeBytes: Gauge<ManyWriters>
        /// `log_store_damaged`: Blocks, directories and records of the log store that can't be read.
        public let logStoreDamaged: Gauge<ManyWriters>

        public init(_ segment: Segment) throws(MonitoringError) {
            self.segment = segment
            logLinesStoredTotal = try segment.handle("log_lines_stored_total")
            logLinesRepeatedTotal = try segment.handle("log_lines_repeated_total")
            logQueryDurationSeconds = try segment.handle("log_query_duration_seconds")
            logQueryBytesTotal = try segment.handle("log_query_bytes_total")
            logStoreSizeBytes = try segment.handle("log_store_size_bytes")
            logStoreDamaged = try segment.handle("log_store_damaged")
        }
    }
}

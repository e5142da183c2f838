// Generated from catalogue/business.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// Metrics of the domain `business`, recorded by `business-metrics`.
public enum Business {
    /// Values of the label `after`.
    @frozen public enum After: UInt8, ClosedLabel {
        case value1d, value7d, value30d

        @inlinable public static var count: Int { 3 }
        public static let texts = ["1d", "7d", "30d"]
    }

    /// Values of the label `feature`.
    @frozen public enum Feature: UInt8, ClosedLabel {
        case mixer, editor, export, `import`, record, share, presets, automation, metronome, tuner

        @inlinable public static var count: Int { 10 }
        public static let texts = ["mixer", "editor", "export", "import", "record", "share", "presets", "automation", "metronome", "tuner"]
    }

    /// Buckets of `session_duration_seconds`.
    @frozen public enum SessionDurationSecondsBuckets: Buckets {
        @inlinable public static var count: Int { 9 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_session_duration_seconds(group, value)
        }
    }

    /// Metrics that every thread may record. Make it at preparation.
    public struct Shared: Sendable {
        let segment: Segment

        /// `active_users`: Users with a request in the last 15 minutes.
        public let activeUsers: Gauge<ManyWriters>
        /// `registered_users`: Accounts that exist.
        public let registeredUsers: Gauge<ManyWriters>
        /// `user_retention_ratio`: Share of the accounts of a given age that were used again at that age.
        public let userRetentionRatio: LabeledBy<After, Gauge<ManyWriters>>
        /// `user_signups_total`: Accounts created.
        public let userSignupsTotal: Counter<ManyWriters>
        /// `user_sessions_total`: Sessions begun.
        public let userSessionsTotal: Counter<ManyWriters>
        /// `session_duration_seconds`: Length of sessions that have ended.
        public let sessionDurationSeconds: Histogram<ManyWriters, Seconds, SessionDurationSecondsBuckets>
        /// `songs_created_total`: Songs that users have created.
        public let songsCreatedTotal: Counter<ManyWriters>
        /// `performances_switched_total`: Switches from one performance of a song to another.
        public let performancesSwitchedTotal: Counter<ManyWriters>
        /// `feature_usage_total`: Uses of a feature.
        public let featureUsageTotal: LabeledBy<Feature, Counter<ManyWriters>>
        /// `feature_errors_total`: Uses of a feature that ended in an error.
        public let featureErrorsTotal: LabeledBy<Feature, Counter<ManyWriters>>
        /// `instrument_assignments_total`: Instruments assigned to a channel.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func instrumentAssignmentsTotal(instrument: String) throws(MonitoringError) -> Counter<ManyWriters> {
            try self.segment.series("instrument_assignments_total", [instrument])
        }
        /// `deployment_info`: Version of White Room that is deployed.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func deploymentInfo(version: String) throws(MonitoringError) -> Info<ManyWriters> {
            try self.segment.series("deployment_info", [version])
        }

        public init(_ segment: Segment) throws(MonitoringError) {
            self.segment = segment
            activeUsers = try segment.handle("active_users")
            registeredUsers = try segment.handle("registered_users")
            userRetentionRatio = try segment.handle("user_retention_ratio")
            userSignupsTotal = try segment.handle("user_signups_total")
            userSessionsTotal = try segment.handle("user_sessions_total")
            sessionDurationSeconds = try segment.handle("session_duration_seconds")
            songsCreatedTotal = try segment.handle("songs_created_total")
            performancesSwitchedTotal = try segment.handle("performances_switched_total")
            featureUsageTotal = try segment.handle("feature_usage_total")
            featureErrorsTotal = try segment.handle("feature_errors_total")
        }
    }
}

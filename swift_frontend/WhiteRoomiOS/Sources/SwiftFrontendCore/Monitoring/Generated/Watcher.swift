// Generated from catalogue/watcher.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// Metrics of the domain `watcher`, recorded by `whiteroom-watcher`.
public enum Watcher {
    /// Values of the label `hop`.
    @frozen public enum Hop: UInt8, ClosedLabel {
        case exporter, prometheus, scrape, storage, rules, alertmanager, inbox, pagerduty, slack, email, shipper, logStore

        @inlinable public static var count: Int { 12 }
        public static let texts = ["exporter", "prometheus", "scrape", "storage", "rules", "alertmanager", "inbox", "pagerduty", "slack", "email", "shipper", "log_store"]
    }

    /// Values of the label `outcome`.
    @frozen public enum Outcome: UInt8, ClosedLabel {
        case taken, failed

        @inlinable public static var count: Int { 2 }
        public static let texts = ["taken", "failed"]
    }

    /// Metrics that every thread may record. Make it at preparation.
    public struct Shared: Sendable {
        let segment: Segment

        /// `watcher_hop_passed_timestamp_seconds`: When the newest sample was exported that the watcher has seen pass a hop of the pager path.
        public let watcherHopPassedTimestampSeconds: LabeledBy<Hop, Gauge<ManyWriters>>
        /// `watcher_hop_broken`: Whether a hop of the pager path is broken (1), so that nothing passes it.
        public let watcherHopBroken: LabeledBy<Hop, Gauge<ManyWriters>>
        /// `watcher_heartbeats_total`: Calls of the dead man's switch, by whether it took them.
        public let watcherHeartbeatsTotal: LabeledBy<Outcome, Counter<ManyWriters>>

        public init(_ segment: Segment) throws(MonitoringError) {
            self.segment = segment
            watcherHopPassedTimestampSeconds = try segment.handle("watcher_hop_passed_timestamp_seconds")
            watcherHopBroken = try segment.handle("watcher_hop_broken")
            watcherHeartbeatsTotal = try segment.handle("watcher_heartbeats_total")
        }
    }
}

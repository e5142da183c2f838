// Generated from catalogue/inbox.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// Metrics of the domain `inbox`, recorded by `whiteroom-inbox`.
public enum Inbox {
    /// Metrics that every thread may record. Make it at preparation.
    public struct Shared: Sendable {
        let segment: Segment

        /// `inbox_notifications_total`: Notifications that the inbox has received, by channel.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func inboxNotificationsTotal(channel: String) throws(MonitoringError) -> Counter<ManyWriters> {
            try self.segment.series("inbox_notifications_total", [channel])
        }
        /// `inbox_rejected_total`: Requests to the inbox that were not a valid notification, by channel.
        /// May lock and allocate: call it at preparation and keep what it returns.
        public func inboxRejectedTotal(channel: String) throws(MonitoringError) -> Counter<ManyWriters> {
            try self.segment.series("inbox_rejected_total", [channel])
        }

        public init(_ segment: Segment) throws(MonitoringError) {
            self.segment = segment
        }
    }
}

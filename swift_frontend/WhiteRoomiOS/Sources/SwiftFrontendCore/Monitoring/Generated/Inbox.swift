// Generated from catalogue/inbox.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// Metrics of the domain `inbox`, recorded by `whiteroom-inbox`.
public enum Inbox {
    /// Values of the label `channel`.
    @frozen public enum Channel: UInt8, ClosedLabel {
        case pagerduty, slack, email

        @inlinable public static var count: Int { 3 }
        public static let texts = ["pagerduty", "slack", "email"]
    }

    /// Metrics that every thread may record. Make it at preparation.
    public struct Shared: Sendable {
        let segment: Segment

        /// `inbox_notifications_total`: Notifications that the inbox has received, by channel.
        public let inboxNotificationsTotal: LabeledBy<Channel, Counter<ManyWriters>>
        /// `inbox_rejected_total`: Requests to the inbox that were not a valid notification, by channel.
        public let inboxRejectedTotal: LabeledBy<Channel, Counter<ManyWriters>>

        public init(_ segment: Segment) throws(MonitoringError) {
            self.segment = segment
            inboxNotificationsTotal = try segment.handle("inbox_notifications_total")
            inboxRejectedTotal = try segment.handle("inbox_rejected_total")
        }
    }
}

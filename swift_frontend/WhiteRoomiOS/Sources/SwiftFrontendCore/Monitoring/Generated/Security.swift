// Generated from catalogue/security.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// Metrics of the domain `security`, recorded by `business-metrics`.
public enum Security {
    /// Values of the label `reason`.
    @frozen public enum Reason: UInt8, ClosedLabel {
        case unknownAccount, wrongPassword, locked, expired, malformed

        @inlinable public static var count: Int { 5 }
        public static let texts = ["unknown_account", "wrong_password", "locked", "expired", "malformed"]
    }

    /// Values of the label `severity`.
    @frozen public enum Severity: UInt8, ClosedLabel {
        case critical, high, medium, low, unknown

        @inlinable public static var count: Int { 5 }
        public static let texts = ["critical", "high", "medium", "low", "unknown"]
    }

    /// Metrics that every thread may record. Make it at preparation.
    public struct Shared: Sendable {
        let segment: Segment

        /// `authentication_failures_total`: Attempts to log in that were refused.
        public let authenticationFailuresTotal: LabeledBy<Reason, Counter<ManyWriters>>
        /// `security_vulnerabilities`: Known vulnerabilities in the audit report that CI writes, by severity.
        public let securityVulnerabilities: LabeledBy<Severity, Gauge<ManyWriters>>
        /// `security_audit_report_timestamp_seconds`: Unix time at which the audit report was written.
        public let securityAuditReportTimestampSeconds: Gauge<ManyWriters>

        public init(_ segment: Segment) throws(MonitoringError) {
            self.segment = segment
            authenticationFailuresTotal = try segment.handle("authentication_failures_total")
            securityVulnerabilities = try segment.handle("security_vulnerabilities")
            securityAuditReportTimestampSeconds = try segment.handle("security_audit_report_timestamp_seconds")
        }
    }
}

// Generated from catalogue/console.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// Metrics of the domain `console`, recorded by `whiteroom-console`.
public enum Console {
    /// Values of the label `outcome`.
    @frozen public enum ConsoleEvaluationsTotalOutcome: UInt8, ClosedLabel {
        case shown, unsupported, failed

        @inlinable public static var count: Int { 3 }
        public static let texts = ["shown", "unsupported", "failed"]
    }

    /// Values of the label `source`.
    @frozen public enum Source: UInt8, ClosedLabel {
        case prometheus, loki, alertmanager

        @inlinable public static var count: Int { 3 }
        public static let texts = ["prometheus", "loki", "alertmanager"]
    }

    /// Values of the label `outcome`.
    @frozen public enum ConsoleSourceRequestsTotalOutcome: UInt8, ClosedLabel {
        case answered, failed

        @inlinable public static var count: Int { 2 }
        public static let texts = ["answered", "failed"]
    }

    /// Metrics that every thread may record. Make it at preparation.
    public struct Shared: Sendable {
        let segment: Segment

        /// `console_evaluations_total`: Panels that the console has evaluated, by what came of it. Unsupported is what only Grafana shows; failed is what a data source would not answer.
        public let consoleEvaluationsTotal: LabeledBy<ConsoleEvaluationsTotalOutcome, Counter<ManyWriters>>
        /// `console_source_requests_total`: Requests of the console to data sources, by source and outcome. Viewers who ask the same at the same time share one request.
        public let consoleSourceRequestsTotal: LabeledBy<Source, LabeledBy<ConsoleSourceRequestsTotalOutcome, Counter<ManyWriters>>>

        public init(_ segment: Segment) throws(MonitoringError) {
            self.segment = segment
            consoleEvaluationsTotal = try segment.handle("console_evaluations_total")
            consoleSourceRequestsTotal = try segment.handle("console_source_requests_total")
        }
    }
}

/// What the system has noticed of an app. Compiled on Apple's systems with MetricKit only.
#if canImport(MetricKit) && os(iOS)
import Foundation
import MetricKit

/// Records hangs as interactions, and ends for want of memory as errors, when MetricKit reports
/// them: once a day, for the day before. Keep it as long as the app lives.
public final class SystemDiagnostics: NSObject, MXMetricManagerSubscriber, Sendable {
    private let ui: UIMetrics

    /// `segment` is one of the program `swift-frontend`.
    public init(_ segment: Segment) throws(MonitoringError) {
        ui = try UIMetrics(segment)
        super.init()
        MXMetricManager.shared.add(self)
    }

    public func didReceive(_ payloads: [MXMetricPayload]) {
        for payload in payloads {
            let exits = payload.applicationExitMetrics?.foregroundExitData
            let ends = exits?.cumulativeMemoryResourceLimitExitCount ?? 0
            ui.metrics.uiErrorsTotal[.memory].increment(by: UInt64(ends))
        }
    }

    public func didReceive(_ payloads: [MXDiagnosticPayload]) {
        for hang in payloads.flatMap({ $0.hangDiagnostics ?? [] }) {
            let lasted = hang.hangDuration.converted(to: .seconds).value
            ui.metrics.uiInteractionTimeSeconds.observe(.seconds(lasted))
        }
    }
}
#endif

/// Active sessions by the life cycle of an app. Compiled on Apple's systems with UIKit only.
#if canImport(UIKit)
import UIKit

/// Counts a session as active while the app is. Keep it as long as the app lives.
@MainActor public final class SessionOfScenes {
    private let business: BusinessMetrics
    private var session: ActiveSession?
    private var observers: [any NSObjectProtocol] = []

    /// `segment` is one of the program `swift-frontend`.
    public init(_ segment: Segment, center: NotificationCenter = .default) throws(MonitoringError) {
        business = try BusinessMetrics(segment)
        observe(UIApplication.didBecomeActiveNotification, center) { $0.begin() }
        observe(UIApplication.willResignActiveNotification, center) { $0.end() }
    }

    private func observe(
        _ name: Notification.Name, _ center: NotificationCenter,
        _ act: @escaping @MainActor @Sendable (SessionOfScenes) -> Void
    ) {
        observers.append(
            center.addObserver(forName: name, object: nil, queue: .main) { [weak self] _ in
                MainActor.assumeIsolated { if let self { act(self) } }
            })
    }

    private func begin() {
        if session == nil { session = business.sessionBegan() }
    }

    private func end() {
        session = nil
    }
}
#endif

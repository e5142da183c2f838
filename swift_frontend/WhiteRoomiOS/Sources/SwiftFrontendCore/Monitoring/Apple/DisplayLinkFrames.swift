/// Frames of a display link. Compiled on Apple's systems with UIKit only.
#if canImport(UIKit) && canImport(QuartzCore)
import QuartzCore
import UIKit

/// Calls `draw` for each refresh of the display and records the frames.
@MainActor public final class DisplayLinkFrames {
    private let metrics: FrameMetrics
    private let draw: (CADisplayLink) -> Void
    private var link: CADisplayLink?

    /// `segment` is one of the program `swift-frontend`. Drawing begins with `start()`.
    public init(_ segment: Segment, draw: @escaping (CADisplayLink) -> Void) throws(MonitoringError) {
        metrics = try FrameMetrics(segment)
        self.draw = draw
    }

    public func start() {
        guard link == nil else { return }
        let made = CADisplayLink(target: self, selector: #selector(refresh))
        made.add(to: .main, forMode: .common)
        link = made
    }

    /// Ends the drawing; the display link holds this object until then.
    public func stop() {
        link?.invalidate()
        link = nil
    }

    @objc private func refresh(_ link: CADisplayLink) {
        let began = MonotonicTime.now
        // The link's times are of CACurrentMediaTime, which may differ from the monotonic clock.
        let left = Duration.seconds(link.targetTimestamp - CACurrentMediaTime())
        draw(link)
        metrics.frameDrawn(
            began: began, ended: .now, deadline: began + left,
            interval: .seconds(link.targetTimestamp - link.timestamp))
    }
}
#endif

/// Records what users see and do: actions, what they wait for, what fails before their eyes.
///
/// Wait-free on any thread, except for making it.
public struct UIMetrics: Sendable {
    /// The metrics themselves, for what has no function here.
    public let metrics: UI.Shared

    /// `segment` is one of the program `swift-frontend`.
    public init(_ segment: Segment) throws(MonitoringError) {
        metrics = try UI.Shared(segment)
    }

    /// A user has done something.
    @inlinable public func userDid(_ action: UI.Action) {
        metrics.uiUserActionsTotal[action].increment()
    }

    /// The first frame that shows the effect of an action is there; the action was at `began`.
    @inlinable public func effectShown(began: MonotonicTime, shown: MonotonicTime = .now) {
        metrics.uiInteractionTimeSeconds.observe(nanoseconds: shown.nanoseconds(since: began))
    }

    /// A transition has brought the user to `screen`.
    @inlinable public func transitionEnded(to screen: UI.Screen, began: MonotonicTime, ended: MonotonicTime = .now) {
        metrics.uiTransitionDurationSeconds[screen].observe(nanoseconds: ended.nanoseconds(since: began))
    }

    /// A user has been shown an error.
    @inlinable public func errorShown(_ type: UI.TypeValue) {
        metrics.uiErrorsTotal[type].increment()
    }
}

/// Records the frames of one display. The thread that draws has it: it is not Sendable, because its
/// cells have one writer at a time. Wait-free, except for its making and its end.
public struct FrameMetrics: ~Copyable {
    @usableFromInline let metrics: UI.Realtime

    /// `segment` is one of the program `swift-frontend`.
    public init(_ segment: Segment) throws(MonitoringError) {
        metrics = try UI.Realtime(segment)
    }

    /// A frame has been drawn for the refresh of the display at `deadline`; refreshes come every
    /// `interval`.
    @inlinable public func frameDrawn(
        began: MonotonicTime, ended: MonotonicTime, deadline: MonotonicTime, interval: Duration
    ) {
        metrics.uiRenderTimeSeconds.observe(nanoseconds: ended.nanoseconds(since: began))
        metrics.uiFramesTotal.increment()
        let missed = Self.refreshesMissed(ended: ended, deadline: deadline, interval: interval)
        if missed > 0 { metrics.uiFramesDroppedTotal.increment(by: missed) }
    }

    /// How many refreshes came before a frame that was drawn for the one at `deadline`.
    @inlinable public static func refreshesMissed(
        ended: MonotonicTime, deadline: MonotonicTime, interval: Duration
    ) -> UInt64 {
        let late = ended.nanoseconds(since: deadline)
        guard late > 0 else { return 0 }
        return 1 + UInt64(late / max(interval.inNanoseconds, 1))
    }
}

/// Draws a frame for each refresh of a display that is not there, on a steady clock.
#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif
import WhiteRoomMonitoring

/// Refreshes come every `interval` from `start` on; a frame that is begun after one is for the next.
struct RefreshClock {
    let start: MonotonicTime
    let interval: Duration

    /// The first refresh after a moment.
    func refresh(after now: MonotonicTime) -> MonotonicTime {
        let step = max(interval.inNanoseconds, 1)
        let passed = max(now.nanoseconds(since: start), 0) / step
        return start + .nanoseconds((passed + 1) * step)
    }
}

struct FrameLoop: ~Copyable {
    let interval: Duration
    let metrics: FrameMetrics
    let events: UI.Events

    /// Draw until `isOver`. `frame` is called with the time at which it begins; what comes after the
    /// drawing, `shown`, is not part of it.
    func run(
        isOver: () -> Bool, frame: (MonotonicTime) -> Void, shown: (MonotonicTime) -> Void
    ) {
        let clock = RefreshClock(start: .now, interval: interval)
        var wasLate = false
        while !isOver() {
            let began = MonotonicTime.now
            let deadline = clock.refresh(after: began)
            frame(began)
            let ended = MonotonicTime.now
            metrics.frameDrawn(began: began, ended: ended, deadline: deadline, interval: interval)
            let missed = FrameMetrics.refreshesMissed(ended: ended, deadline: deadline, interval: interval)
            if missed > 0, !wasLate {
                let late = Double(ended.nanoseconds(since: deadline)) / 1e9
                events.frameDropped(lateSeconds: late, refreshes: Int64(missed), at: ended)
            }
            wasLate = missed > 0
            shown(ended)
            sleep(until: clock.refresh(after: ended))
        }
    }
}

private func sleep(until moment: MonotonicTime) {
    let left = moment.nanoseconds(since: .now)
    guard left > 0 else { return }
    var request = timespec(tv_sec: Int(left / 1_000_000_000), tv_nsec: Int(left % 1_000_000_000))
    // Signals are blocked, so it is not interrupted; a frame that came early would harm nobody.
    nanosleep(&request, nil)
}

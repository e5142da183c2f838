/// The clock with which durations are measured.
import WhiteRoomMonitoringCore

/// A moment of a clock that never goes back, in nanoseconds from a beginning of its own. Reading it
/// is wait-free.
@frozen public struct MonotonicTime: Sendable, Hashable, Comparable {
    public let nanoseconds: UInt64

    @inlinable public init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    @inlinable public static var now: MonotonicTime { MonotonicTime(nanoseconds: wrm_monotonic_ns()) }

    /// Nanoseconds from `begin` to this moment; negative when this is the earlier one.
    @inlinable public func nanoseconds(since begin: MonotonicTime) -> Int64 {
        Int64(bitPattern: nanoseconds &- begin.nanoseconds)
    }

    @inlinable public static func - (end: MonotonicTime, begin: MonotonicTime) -> Duration {
        .nanoseconds(end.nanoseconds(since: begin))
    }

    @inlinable public static func + (moment: MonotonicTime, duration: Duration) -> MonotonicTime {
        MonotonicTime(nanoseconds: moment.nanoseconds &+ UInt64(bitPattern: duration.inNanoseconds))
    }

    @inlinable public static func < (earlier: MonotonicTime, later: MonotonicTime) -> Bool {
        earlier.nanoseconds < later.nanoseconds
    }
}

extension Duration {
    /// The duration in whole nanoseconds; beyond 292 years the largest that can be said.
    @inlinable public var inNanoseconds: Int64 {
        // Eighteen seconds of attoseconds fit in 64 bits, which spares a division of 128.
        if attoseconds >> 64 == 0 {
            return Int64(UInt64(truncatingIfNeeded: attoseconds) / 1_000_000_000)
        }
        return inManyNanoseconds
    }

    /// The same for any duration. Apart, so that the short way is inlined.
    @usableFromInline @inline(never) var inManyNanoseconds: Int64 {
        Int64(clamping: attoseconds / 1_000_000_000)
    }
}

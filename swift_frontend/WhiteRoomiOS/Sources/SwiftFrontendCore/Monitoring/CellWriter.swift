/// Which threads may write a cell: all of them by atomic adds, or one at a time by plain stores.
import WhiteRoomMonitoringCore

/// How a cell is added to.
public protocol CellWriter {
    static func add(_ cell: UnsafeMutablePointer<UInt64>, _ amount: UInt64)
}

/// Every thread may write, at any time.
@frozen public enum ManyWriters: CellWriter, Sendable {
    @inlinable public static func add(_ cell: UnsafeMutablePointer<UInt64>, _ amount: UInt64) {
        wrm_any_add(cell, amount)
    }
}

/// One thread at a time writes. Handles of it are not Sendable.
@frozen public enum OneWriter: CellWriter {
    @inlinable public static func add(_ cell: UnsafeMutablePointer<UInt64>, _ amount: UInt64) {
        wrm_realtime_add(cell, amount)
    }
}

@available(*, unavailable)
extension OneWriter: Sendable {}

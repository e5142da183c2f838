/// Metric handles: what an application holds and calls to record.
///
/// Handles are small values that point at cells. They come from the generated domains
/// (Generated/UI.swift and its neighbours) at preparation. Recording is wait-free: it takes no lock,
/// allocates nothing, touches no reference count, calls no system and can't fail. A handle can be
/// used as long as the process lives; what is recorded after its segment was closed is seen by
/// nobody.
///
/// A handle of `ManyWriters` is Sendable: its cells are written by atomic adds alone. A handle of
/// `OneWriter` is not, so the compiler keeps it in one isolation domain, where its plain stores
/// have one writer at a time.
import WhiteRoomMonitoringCore

/// What the cells of a series become in Swift.
public protocol CellHandle {
    /// Cells of one series.
    static var groupCells: Int { get }
    /// `cells` are the first series' cells, `lost` those that count what can't be recorded.
    init(cells: UnsafeMutablePointer<UInt64>, lost: UnsafeMutablePointer<UInt64>)
}

/// Counts events.
@frozen public struct Counter<Writer: CellWriter>: CellHandle {
    @usableFromInline let cell: UnsafeMutablePointer<UInt64>

    @inlinable public static var groupCells: Int { 1 }
    @inlinable public init(cells: UnsafeMutablePointer<UInt64>, lost: UnsafeMutablePointer<UInt64>) {
        cell = cells
    }

    @inlinable public func increment(by amount: UInt64 = 1) {
        Writer.add(cell, amount)
    }
}

/// Adds up time.
@frozen public struct DurationCounter<Writer: CellWriter>: CellHandle {
    @usableFromInline let cell: UnsafeMutablePointer<UInt64>
    @usableFromInline let lost: UnsafeMutablePointer<UInt64>

    @inlinable public static var groupCells: Int { 1 }
    @inlinable public init(cells: UnsafeMutablePointer<UInt64>, lost: UnsafeMutablePointer<UInt64>) {
        cell = cells
        self.lost = lost
    }

    /// Add `duration`; a negative one is not added but counted as lost.
    @inlinable public func add(_ duration: Duration) {
        add(nanoseconds: duration.inNanoseconds)
    }

    /// Add a duration; a negative one is not added but counted as lost.
    @inlinable public func add(nanoseconds: Int64) {
        guard nanoseconds >= 0 else { return count(WRM_LOST_NEGATIVE, in: lost) }
        Writer.add(cell, UInt64(bitPattern: nanoseconds))
    }
}

/// Holds the latest value of something; not exposed before it is set.
@frozen public struct Gauge<Writer: CellWriter>: CellHandle {
    @usableFromInline let cell: UnsafeMutablePointer<UInt64>

    @inlinable public static var groupCells: Int { 1 }
    @inlinable public init(cells: UnsafeMutablePointer<UInt64>, lost: UnsafeMutablePointer<UInt64>) {
        cell = cells
    }

    @inlinable public func set(_ value: Double) {
        wrm_store(cell, wrm_f64_bits(value))
    }
}

/// Holds a level that goes up and down by whole steps.
@frozen public struct UpDownCounter<Writer: CellWriter>: CellHandle {
    @usableFromInline let cell: UnsafeMutablePointer<UInt64>

    @inlinable public static var groupCells: Int { 1 }
    @inlinable public init(cells: UnsafeMutablePointer<UInt64>, lost: UnsafeMutablePointer<UInt64>) {
        cell = cells
    }

    @inlinable public func set(_ value: Int64) {
        wrm_store(cell, UInt64(bitPattern: value))
    }
    @inlinable public func add(_ amount: Int64) {
        Writer.add(cell, UInt64(bitPattern: amount))
    }
    @inlinable public func increment() { add(1) }
    @inlinable public func decrement() { add(-1) }
}

/// Distributes observations over buckets.
@frozen public struct Histogram<Writer: CellWriter, Unit: ObservedUnit, Bounds: Buckets>: CellHandle {
    @usableFromInline let group: UnsafeMutablePointer<UInt64>
    @usableFromInline let lost: UnsafeMutablePointer<UInt64>

    @inlinable public static var groupCells: Int { Bounds.count + 2 }
    @inlinable public init(cells: UnsafeMutablePointer<UInt64>, lost: UnsafeMutablePointer<UInt64>) {
        group = cells
        self.lost = lost
    }

    /// Observe `value`; one that is no number (or no ratio) is counted as lost.
    @inlinable public func observe(_ value: Unit.Value) {
        guard Unit.isValid(value) else { return count(WRM_LOST_NOT_A_NUMBER, in: lost) }
        Bounds.observe(group, Unit.inCells(value))
    }
}

extension Histogram where Unit == Seconds {
    /// Observe a duration.
    @inlinable public func observe(nanoseconds: Int64) {
        Bounds.observe(group, nanoseconds)
    }

    /// Observe the time from `begin` until now.
    @inlinable public func observe(since begin: MonotonicTime) {
        observe(nanoseconds: MonotonicTime.now.nanoseconds(since: begin))
    }
}

/// Counts and adds up observations.
@frozen public struct Summary<Writer: CellWriter, Unit: ObservedUnit>: CellHandle {
    @usableFromInline let group: UnsafeMutablePointer<UInt64>
    @usableFromInline let lost: UnsafeMutablePointer<UInt64>

    @inlinable public static var groupCells: Int { 2 }
    @inlinable public init(cells: UnsafeMutablePointer<UInt64>, lost: UnsafeMutablePointer<UInt64>) {
        group = cells
        self.lost = lost
    }

    /// Observe `value`; one that is no number (or no ratio) is counted as lost.
    @inlinable public func observe(_ value: Unit.Value) {
        guard Unit.isValid(value) else { return count(WRM_LOST_NOT_A_NUMBER, in: lost) }
        Writer.add(group, 1)
        Writer.add(group + 1, UInt64(bitPattern: Unit.inCells(value)))
    }
}

/// A constant fact about the program, such as its version. Set it at preparation.
@frozen public struct Info<Writer: CellWriter>: CellHandle {
    @usableFromInline let cell: UnsafeMutablePointer<UInt64>

    @inlinable public static var groupCells: Int { 1 }
    @inlinable public init(cells: UnsafeMutablePointer<UInt64>, lost: UnsafeMutablePointer<UInt64>) {
        cell = cells
    }

    @inlinable public func set() {
        wrm_store(cell, 1)
    }
}

/// Handles of a closed label, by its values: choosing one costs a multiplication. With several
/// labels they nest, in the order of the catalogue: `errors[.setTempo][.rejected]`.
@frozen public struct LabeledBy<Label: ClosedLabel, Handle: CellHandle>: CellHandle {
    @usableFromInline let cells: UnsafeMutablePointer<UInt64>
    @usableFromInline let lost: UnsafeMutablePointer<UInt64>

    @inlinable public static var groupCells: Int { Label.count * Handle.groupCells }
    @inlinable public init(cells: UnsafeMutablePointer<UInt64>, lost: UnsafeMutablePointer<UInt64>) {
        self.cells = cells
        self.lost = lost
    }

    @inlinable public subscript(label: Label) -> Handle {
        Handle(cells: cells + Int(truncatingIfNeeded: label.rawValue) * Handle.groupCells, lost: lost)
    }
}

@inlinable func count(_ reason: wrm_lost_reason, in lost: UnsafeMutablePointer<UInt64>) {
    wrm_any_add(lost + Int(reason.rawValue), 1)
}

// Sendable as far as the writer is. Unchecked, because the compiler can't know of a pointer what
// makes it true: cells of ManyWriters are written by atomics alone, and cells are never freed.
extension Counter: @unchecked Sendable where Writer: Sendable {}
extension DurationCounter: @unchecked Sendable where Writer: Sendable {}
extension Gauge: @unchecked Sendable where Writer: Sendable {}
extension UpDownCounter: @unchecked Sendable where Writer: Sendable {}
extension Histogram: @unchecked Sendable where Writer: Sendable {}
extension Summary: @unchecked Sendable where Writer: Sendable {}
extension Info: @unchecked Sendable where Writer: Sendable {}
extension LabeledBy: @unchecked Sendable where Handle: Sendable {}

/// What the generated domains say of a metric: the unit of its observations, its buckets, its
/// labels.
import WhiteRoomMonitoringCore

/// What a histogram or summary is given, and how it becomes the integer of a cell.
public protocol ObservedUnit {
    associatedtype Value
    static func isValid(_ value: Value) -> Bool
    static func inCells(_ value: Value) -> Int64
}

/// Durations, kept as nanoseconds.
@frozen public enum Seconds: ObservedUnit {
    @inlinable public static func isValid(_ value: Duration) -> Bool { true }
    @inlinable public static func inCells(_ value: Duration) -> Int64 { value.inNanoseconds }
}

/// Ratios, kept as billionths.
@frozen public enum Ratio: ObservedUnit {
    /// The sum of a histogram overflows beyond 9.2e9; no ratio is that large.
    @inlinable public static func isValid(_ value: Double) -> Bool { value.magnitude < 1e9 }
    @inlinable public static func inCells(_ value: Double) -> Int64 {
        Int64(value * 1e9 + (value < 0 ? -0.5 : 0.5))
    }
}

/// Whole numbers: bytes, frames, pieces.
@frozen public enum Count: ObservedUnit {
    @inlinable public static func isValid(_ value: Int64) -> Bool { true }
    @inlinable public static func inCells(_ value: Int64) -> Int64 { value }
}

/// The buckets of one histogram. Observing is the core's own C, with the bounds as constants.
public protocol Buckets {
    static var count: Int { get }
    static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64)
}

/// The values of a closed label. The raw value is the place in the catalogue's list.
public protocol ClosedLabel: RawRepresentable, CaseIterable, Sendable
where RawValue: FixedWidthInteger & UnsignedInteger {
    static var count: Int { get }
    static var texts: [String] { get }
}

extension ClosedLabel {
    /// The value as the exposition writes it.
    public var text: String { Self.texts[Int(rawValue)] }
}

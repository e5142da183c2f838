/// Metrics that keep the trace of a recent value beside it.
import WhiteRoomMonitoringCore

/// A trace id, the id of a span of it, and the moment.
@frozen public struct Exemplar: Sendable {
    @usableFromInline let core: wrm_exemplar

    /// Of the ids' bytes as big-endian numbers; `span` 0 is none. Reads the clock.
    public init(traceHigh: UInt64, traceLow: UInt64, span: UInt64 = 0) {
        core = wrm_exemplar(
            trace_high: traceHigh, trace_low: traceLow, span: span, unix_ns: wrm_unix_ns())
    }

    /// Of a `traceparent` header, `00-TRACE-SPAN-FLAGS`; nil if it is none.
    /// Source: W3C Trace Context, section 3.2.
    public init?(traceparent: String) {
        let parts = traceparent.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 4, parts[1].count == 32, parts[2].count == 16,
            let high = UInt64(parts[1].prefix(16), radix: 16),
            let low = UInt64(parts[1].suffix(16), radix: 16),
            let span = UInt64(parts[2], radix: 16), high != 0 || low != 0
        else { return nil }
        self.init(traceHigh: high, traceLow: low, span: span)
    }
}

/// Buckets that each keep an exemplar.
public protocol ExemplarBuckets: Buckets {
    static func observe(
        _ group: UnsafeMutablePointer<UInt64>, _ value: Int64, _ exemplar: Exemplar)
}

/// Counts events, and keeps the trace of a recent one.
@frozen public struct ExemplarCounter<Writer: CellWriter>: CellHandle {
    @usableFromInline let cell: UnsafeMutablePointer<UInt64>

    @inlinable public static var groupCells: Int { 1 + Int(WRM_EXEMPLAR_CELLS.rawValue) }
    @inlinable public init(cells: UnsafeMutablePointer<UInt64>, lost: UnsafeMutablePointer<UInt64>) {
        cell = cells
    }

    @inlinable public func increment(by amount: UInt64 = 1) {
        Writer.add(cell, amount)
    }

    @inlinable public func increment(by amount: UInt64 = 1, of exemplar: Exemplar) {
        Writer.add(cell, amount)
        var core = exemplar.core
        wrm_exemplar_put(cell + 1, Int64(bitPattern: amount), &core)
    }
}

/// Distributes observations, and keeps the trace of a recent one in each bucket.
@frozen public struct ExemplarHistogram<
    Writer: CellWriter, Unit: ObservedUnit, Bounds: ExemplarBuckets
>: CellHandle {
    /// The histogram without exemplars.
    public let plain: Histogram<Writer, Unit, Bounds>

    @inlinable public static var groupCells: Int {
        Histogram<Writer, Unit, Bounds>.groupCells
            + (Bounds.count + 1) * Int(WRM_EXEMPLAR_CELLS.rawValue)
    }
    @inlinable public init(cells: UnsafeMutablePointer<UInt64>, lost: UnsafeMutablePointer<UInt64>) {
        plain = Histogram(cells: cells, lost: lost)
    }

    /// Observe `value`; one that is no number (or no ratio) is counted as lost.
    @inlinable public func observe(_ value: Unit.Value) {
        plain.observe(value)
    }

    /// The same, and keep its trace.
    @inlinable public func observe(_ value: Unit.Value, of exemplar: Exemplar) {
        guard Unit.isValid(value) else { return plain.observe(value) }
        Bounds.observe(plain.group, Unit.inCells(value), exemplar)
    }
}

// Unchecked for the same reason as the handles of PrometheusMetrics.swift.
extension ExemplarCounter: @unchecked Sendable where Writer: Sendable {}
extension ExemplarHistogram: Sendable where Writer: Sendable {}

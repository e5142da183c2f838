/// The log: what any thread leaves as numbers, an audio or a drawing thread too, and what becomes
/// lines elsewhere.
import WhiteRoomMonitoringCore

/// How much an event matters: the numbers are those of the segment's format.
public enum EventLevel: UInt8, Sendable {
    case debug = 1, info, warn, error
}

/// A text that events can name, such as a plug-in's: made by `Segment.logText` at preparation.
@frozen public struct LogText: Sendable, Hashable {
    @usableFromInline package let number: UInt32

    @inlinable package init(number: UInt32) {
        self.number = number
    }

    /// What the generated events log.
    @inlinable public var bits: UInt64 { UInt64(number) }
}

/// Logs into the ring of a segment. Wait-free: it takes no lock, allocates nothing, touches no
/// reference count and calls no system. It can be used as long as the process lives.
@frozen public struct EventLog: @unchecked Sendable {
    // Unchecked: what it points at is never freed, and written by atomic stores alone.
    @usableFromInline let core: wrm_log

    @usableFromInline init(core: wrm_log) {
        self.core = core
    }

    /// Log the event of this id with its fields' bits, in order. The generated events call it.
    @inlinable public func put(
        _ event: UInt32, _ time: MonotonicTime, _ first: UInt64 = 0, _ second: UInt64 = 0,
        _ third: UInt64 = 0, _ fourth: UInt64 = 0, _ fifth: UInt64 = 0, _ sixth: UInt64 = 0
    ) {
        wrm_log_put(core, event, time.nanoseconds, first, second, third, fourth, fifth, sixth)
    }
}

extension Segment {
    /// The log, for the events of the segment's domains. Throws when none has events.
    public func log() throws(MonitoringError) -> EventLog {
        var log = wrm_log()
        try throwIfAny(wrm_segment_log(core, &log))
        return EventLog(core: log)
    }

    /// A text that events can name. The same text has the same number; beyond 1,024 it is "other".
    /// May lock and allocate.
    public func logText(_ text: String) throws(MonitoringError) -> LogText {
        var number: UInt32 = 0
        try throwIfAny(wrm_segment_log_text(core, text, &number))
        return LogText(number: number)
    }

    /// Let lines of events be appended to a file. What is in the ring when the process ends, or is
    /// killed, goes there, too.
    public func setLogFile(_ path: String) throws(MonitoringError) {
        try throwIfAny(wrm_segment_set_log_file(core, path))
    }

    /// Append the lines of the events that wait, a few times a second, on a thread that may block.
    /// Returns how many; what can't be written stays, as long as there is room.
    @discardableResult
    public func drainLog() throws(MonitoringError) -> Int {
        var drained = 0
        try throwIfAny(wrm_segment_drain_log(core, &drained))
        return drained
    }
    /// The same for a log that is no file: the lines, which the caller writes.
    public func takeLogLines() throws(MonitoringError) -> [UInt8] {
        var lines = wrm_text()
        try throwIfAny(wrm_segment_take_log_lines(core, &lines))
        defer { wrm_text_free(lines.bytes) }
        return Array(UnsafeRawBufferPointer(start: lines.bytes, count: lines.size))
    }
}

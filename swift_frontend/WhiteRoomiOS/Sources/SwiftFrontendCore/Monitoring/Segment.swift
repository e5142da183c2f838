/// The memory in which one process keeps the metrics of one program.
import WhiteRoomMonitoringCore

/// What preparation, or an exposition, could not do; never thrown while recording.
public struct MonitoringError: Error, Sendable, CustomStringConvertible {
    public let description: String

    public init(_ description: String) {
        self.description = description
    }
}

/// What preparation could do. The application runs in every case.
public struct Preparation: Sendable, Equatable {
    /// Readers can see the segment; else it is private memory.
    public let isShared: Bool
    /// Its pages can't be paged out.
    public let isLocked: Bool
    /// Path of the segment, when shared.
    public let path: String
    /// Why it is not shared, for people.
    public let problem: String
}

/// An answer to GET /metrics.
public struct Exposition: Sendable {
    /// Of the header Content-Type.
    public let contentType: String
    /// The body.
    public let bytes: [UInt8]
}

/// Where a segment is kept.
public enum SegmentPlace: Sendable {
    /// $WHITEROOM_SEGMENTS, else /dev/shm/whiteroom-<uid>.
    case standard
    case folder(String)
    /// No other process can read it, as tests want it.
    case privateMemory
}

/// A prepared segment. It is never freed, so copies and handles are always valid.
///
///     let segment = try Segment(.swiftFrontend)
///     defer { segment.close() }
///     let ui = try UI.Shared(segment)
///     ui.uiUserActionsTotal[.play].increment()
public struct Segment: @unchecked Sendable {
    // Unchecked: the core guards what it points at with locks of its own, and never frees it.
    package let core: OpaquePointer

    /// Make and prepare the segment of a program, with all domains that it records. A full or
    /// missing memory file system is no error: the metrics are then in private memory, and
    /// `preparation` says so. `instances` is how many `Realtime` may live at once.
    public init(
        _ program: Program, in place: SegmentPlace = .standard, instances: Int = 16
    ) throws(MonitoringError) {
        try self.init(program: program.rawValue, domains: program.domains, in: place, instances: instances)
    }

    /// The same for a program that the catalogue doesn't know.
    public init(
        program: String, domains: [String], in place: SegmentPlace = .standard, instances: Int = 16
    ) throws(MonitoringError) {
        try self.init(
            program: program, domains: [], bundled: domains, in: place, instances: instances)
    }

    /// The same for a program of a catalogue of one's own; `bundled` are domains of this package's
    /// catalogue that it records beside its own.
    public init(
        program: String, domains: [Domain], bundled: [String] = [],
        in place: SegmentPlace = .standard, instances: Int = 16
    ) throws(MonitoringError) {
        var own: [OpaquePointer?] = []
        for domain in domains { own.append(try domain.described()) }
        var options = wrm_segment_options()
        options.instances = UInt32(clamping: instances)
        options.shared = !place.isPrivate
        var opened: OpaquePointer?
        let problem = program.withCString { program in
            (place.folder ?? "").withCString { folder in
                options.program = program
                options.directory = folder
                return withCStrings(bundled) { bundled in
                    wrm_segment_open_own(
                        &options, own, own.count, bundled.baseAddress, bundled.count, &opened)
                }
            }
        }
        try throwIfAny(problem)
        core = opened!
    }

    public var preparation: Preparation {
        let found = wrm_segment_preparation(core)
        return Preparation(
            isShared: found.shared, isLocked: found.locked,
            path: String(cString: found.path), problem: String(cString: found.problem))
    }

    /// End in order: counters stay readable, gauges vanish. Call it before the program ends, which
    /// else counts as lost. Closing twice does nothing.
    public func close() {
        wrm_segment_close(core)
    }

    /// The program's metrics, for whoever answers GET /metrics in Vapor, SwiftNIO or another server;
    /// `accept` is the request's header of that name. May block: not for an audio or a drawing
    /// thread.
    public func exposition(accept: String = "") throws(MonitoringError) -> Exposition {
        var text = wrm_text()
        var contentType: UnsafePointer<CChar>?
        try throwIfAny(wrm_segment_expose(core, accept, &text, &contentType))
        defer { wrm_text_free(text.bytes) }
        return Exposition(
            contentType: String(cString: contentType!),
            bytes: Array(UnsafeRawBufferPointer(start: text.bytes, count: text.size)))
    }

    var lost: UnsafeMutablePointer<UInt64> { wrm_segment_lost(core) }

    /// The cells of a family; the generated domains call it at preparation.
    public func handle<Handle: CellHandle>(_ family: String) throws(MonitoringError) -> Handle {
        try series(family, [])
    }

    /// The same of one series, by the values of its open labels.
    public func series<Handle: CellHandle>(
        _ family: String, _ values: [String]
    ) throws(MonitoringError) -> Handle {
        try makeHandle(values, lost) { wrm_segment_cells(core, family, $0, $1, $2) }
    }
}

/// The realtime cells of one plug-in, callback or display. Its end retires them: counters stay,
/// gauges vanish, and the next instance of the same domain goes on with them.
public struct Instance: ~Copyable {
    private let core: OpaquePointer
    private let lost: UnsafeMutablePointer<UInt64>

    /// Take realtime cells for the families of a domain.
    public init(_ segment: Segment, domain: String) throws(MonitoringError) {
        var taken: OpaquePointer?
        try throwIfAny(wrm_instance_take(segment.core, domain, &taken))
        core = taken!
        lost = segment.lost
    }

    deinit {
        wrm_instance_retire(core)
    }

    /// The cells of a family; the generated domains call it at preparation.
    public func handle<Handle: CellHandle>(_ family: String) throws(MonitoringError) -> Handle {
        try series(family, [])
    }

    /// The same of one series, by the values of its open labels.
    public func series<Handle: CellHandle>(
        _ family: String, _ values: [String]
    ) throws(MonitoringError) -> Handle {
        try makeHandle(values, lost) { wrm_instance_cells(core, family, $0, $1, $2) }
    }
}

extension SegmentPlace {
    var folder: String? {
        if case .folder(let path) = self { return path }
        return nil
    }
    var isPrivate: Bool {
        if case .privateMemory = self { return true }
        return false
    }
}

/// Domains of a catalogue that this package was not built with. `whiteroom generate` writes them.
import WhiteRoomMonitoringCore

/// What a family is: the numbers are those of the segment's format.
public enum FamilyType: UInt8, Sendable {
    case counter = 1, gauge, histogram, summary, info
}

/// How the cells of a family are read.
public enum FamilyNumber: UInt8, Sendable {
    case u64 = 1, i64, f64
}

/// How gauges of several processes become one.
public enum FamilyAggregation: UInt8, Sendable {
    case sum = 1, max, min, latest
}

/// A label: closed with its values, or open with at most `maxSeries` of them and `other`.
public struct FamilyLabel: Sendable {
    let name: String
    let values: [String]
    let maxSeries: UInt32

    public init(_ name: String, values: [String]) {
        (self.name, self.values, maxSeries) = (name, values, 0)
    }

    public init(_ name: String, maxSeries: UInt32) {
        (self.name, values, self.maxSeries) = (name, [], maxSeries)
    }
}

/// A metric family, as the catalogue describes it.
public struct Family: Sendable {
    let name: String
    let help: String
    let unit: String
    let labels: [FamilyLabel]
    let bounds: [Double]
    let form: wrm_family_form

    public init(
        _ name: String, help: String, unit: String = "", type: FamilyType,
        number: FamilyNumber = .u64, aggregation: FamilyAggregation = .sum, oneWriter: Bool = false,
        scale: UInt32 = 1, labels: [FamilyLabel] = [], bounds: [Double] = [], exemplars: Bool = false
    ) {
        self.name = name
        self.help = help
        self.unit = unit
        self.labels = labels
        self.bounds = bounds
        form = wrm_family_form(
            type: type.rawValue, number: number.rawValue, aggregation: aggregation.rawValue,
            one_writer: oneWriter, exemplars: exemplars, scale: scale)
    }
}

/// How a field of an event is read: the numbers are those of the segment's format.
public enum EventFieldType: UInt32, Sendable {
    case integer = 1, float, choice, text, id
}

/// A field of an event; `values` are those of a choice.
public struct EventField: Sendable {
    let name: String
    let type: EventFieldType
    let values: [String]

    public init(_ name: String, _ type: EventFieldType, values: [String] = []) {
        (self.name, self.type, self.values) = (name, type, values)
    }
}

/// An event of the log, as the catalogue describes it.
public struct LogEvent: Sendable {
    let name: String
    let level: EventLevel
    let message: String
    let fields: [EventField]

    public init(_ name: String, _ level: EventLevel, message: String, fields: [EventField] = []) {
        (self.name, self.level, self.message, self.fields) = (name, level, message, fields)
    }
}

/// A domain of a catalogue: a name, its families, and its events.
public struct Domain: Sendable {
    let name: String
    let families: [Family]
    let events: [LogEvent]

    public init(_ name: String, _ families: [Family], events: [LogEvent] = []) {
        self.name = name
        self.families = families
        self.events = events
    }

    /// Describe it to the core, which keeps the description.
    func described() throws(MonitoringError) -> OpaquePointer {
        var made: OpaquePointer?
        try throwIfAny(wrm_domain_make(name, &made))
        for family in families {
            try throwIfAny(
                wrm_domain_add_family(made, family.name, family.help, family.unit, family.form))
            for label in family.labels {
                try throwIfAny(
                    withCStrings(label.values) {
                        wrm_domain_add_label(
                            made, label.name, $0.baseAddress, $0.count, label.maxSeries)
                    })
            }
            try throwIfAny(wrm_domain_set_bounds(made, family.bounds, family.bounds.count))
        }
        for event in events {
            try throwIfAny(
                wrm_domain_add_event(made, event.name, event.level.rawValue, event.message))
            for field in event.fields {
                try throwIfAny(
                    withCStrings(field.values) {
                        wrm_domain_add_event_field(
                            made, field.name, field.type.rawValue, $0.baseAddress, $0.count)
                    })
            }
        }
        return made!
    }
}

extension CellWriter {
    /// Count an observation that falls into a bucket of `count` bounded ones, and add it up.
    @inlinable public static func observe(
        _ group: UnsafeMutablePointer<UInt64>, _ value: Int64, bucket: Int, of count: Int
    ) {
        add(group + bucket, 1)
        add(group + count + 1, UInt64(bitPattern: value))
    }
}

extension Exemplar {
    /// Keep it beside a histogram's cells, in the slot of a bucket of `count` bounded ones.
    @inlinable public func keep(
        _ group: UnsafeMutablePointer<UInt64>, _ value: Int64, bucket: Int, of count: Int
    ) {
        var core = core
        let slot = group + (count + 2) + bucket * Int(WRM_EXEMPLAR_CELLS.rawValue)
        wrm_exemplar_put(slot, value, &core)
    }
}

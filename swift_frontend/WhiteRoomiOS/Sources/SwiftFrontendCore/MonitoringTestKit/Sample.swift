/// One sample of an exposition in Prometheus' text format 0.0.4.
/// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
public struct Sample: Sendable, Equatable {
    public let name: String
    public let labels: [String: String]
    public let value: Double

    /// The series as a query names it, labels in order.
    public var series: String {
        if labels.isEmpty { return name }
        let pairs = labels.sorted { $0.key < $1.key }.map { "\($0.key)=\"\($0.value)\"" }
        return "\(name){\(pairs.joined(separator: ","))}"
    }

    /// Return every sample of an exposition. Throws MetricMismatch naming a line that is none.
    public static func all(inExposition text: String) throws -> [Sample] {
        try text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map { line in
            guard let sample = Sample(line: line) else {
                throw MetricMismatch(description: "exposition: found \"\(line)\", expected a sample")
            }
            return sample
        }
    }

    init(name: String, labels: [String: String], value: Double) {
        self.name = name
        self.labels = labels
        self.value = value
    }

    init?(line: Substring) {
        var rest = line
        name = String(rest.prefix { $0 != "{" && $0 != " " })
        rest.removeFirst(name.count)
        guard let labels = rest.first == "{" ? Self.labels(&rest) : [:] else { return nil }
        self.labels = labels
        let numbers = rest.split(separator: " ")
        guard !name.isEmpty, let number = numbers.first, let value = Self.number(number) else {
            return nil
        }
        self.value = value
    }

    /// Take `{name="value",...}` from the beginning of `rest`.
    private static func labels(_ rest: inout Substring) -> [String: String]? {
        var found: [String: String] = [:]
        rest.removeFirst()
        while let first = rest.first, first != "}" {
            let name = rest.prefix { $0 != "=" }
            rest.removeFirst(name.count)
            guard rest.hasPrefix("=\"") else { return nil }
            rest.removeFirst(2)
            guard let value = quoted(&rest) else { return nil }
            found[String(name)] = value
            if rest.first == "," { rest.removeFirst() }
        }
        guard rest.first == "}" else { return nil }
        rest.removeFirst()
        return found
    }

    /// Take text up to the closing quote; \\, \" and \n stand for a backslash, a quote, a new line.
    private static func quoted(_ rest: inout Substring) -> String? {
        var text = ""
        while let character = rest.popFirst() {
            switch character {
            case "\"": return text
            case "\\":
                guard let escaped = rest.popFirst() else { return nil }
                text.append(escaped == "n" ? "\n" : escaped)
            default: text.append(character)
            }
        }
        return nil
    }

    private static func number(_ text: Substring) -> Double? {
        switch text {
        case "+Inf": .infinity
        case "-Inf": -.infinity
        case "NaN": .nan
        default: Double(text)
        }
    }
}

/// Assertions for your own tests: what has been recorded, by metric and labels.
///
/// They work in XCTest and in Swift Testing alike, because they throw: a mismatch names the place,
/// the series, what was found and what was expected.
///
///     let metrics = try RecordedMetrics()
///     let player = Player(metrics: try UIMetrics(metrics.segment))
///     player.play()
///     try metrics.expect("ui_user_actions_total", ["action": "play"], is: 1)
import WhiteRoomMonitoring

/// What was recorded is not what was expected.
public struct MetricMismatch: Error, Sendable, CustomStringConvertible {
    public let description: String
}

/// A segment of a test's own, in private memory: tests that run at the same time don't meet.
public struct RecordedMetrics: Sendable {
    /// What the code under test records into.
    public let segment: Segment

    /// Make the segment of a program.
    public init(_ program: Program = .swiftFrontend) throws {
        segment = try Segment(program, in: .privateMemory)
    }

    /// Every sample that is exposed now.
    public func samples() throws -> [Sample] {
        try Sample.all(inExposition: String(decoding: segment.exposition().bytes, as: UTF8.self))
    }

    /// The value of a series; nil when it is not exposed.
    public func value(of name: String, _ labels: [String: String] = [:]) throws -> Double? {
        try samples().first { $0.name == name && $0.labels == labels }?.value
    }

    /// Expect that a series has a value.
    public func expect(
        _ name: String, _ labels: [String: String] = [:], is expected: Double,
        file: StaticString = #fileID, line: UInt = #line
    ) throws {
        let found = try known(name, labels, file, line)
        guard found == expected else {
            throw mismatch(name, labels, "found \(found), expected \(expected)", file, line)
        }
    }

    /// Expect that a series grows by `amount` while `body` runs; it may be there or not before.
    public func expect<Result>(
        _ name: String, _ labels: [String: String] = [:], growsBy amount: Double,
        file: StaticString = #fileID, line: UInt = #line, during body: () throws -> Result
    ) throws -> Result {
        let before = try value(of: name, labels) ?? 0
        let result = try body()
        try expectGrowth(name, labels, amount, from: before, file, line)
        return result
    }

    /// The same for a body that waits, in the caller's isolation.
    public nonisolated(nonsending) func expect<Result>(
        _ name: String, _ labels: [String: String] = [:], growsBy amount: Double,
        file: StaticString = #fileID, line: UInt = #line,
        during body: nonisolated(nonsending) () async throws -> Result
    ) async throws -> Result {
        let before = try value(of: name, labels) ?? 0
        let result = try await body()
        try expectGrowth(name, labels, amount, from: before, file, line)
        return result
    }

    /// Expect that a histogram or summary has that many observations, and their sum lies in `sum`,
    /// in the metric's unit.
    public func expect(
        _ name: String, _ labels: [String: String] = [:], observations: Int,
        sum: ClosedRange<Double>? = nil, file: StaticString = #fileID, line: UInt = #line
    ) throws {
        try expect("\(name)_count", labels, is: Double(observations), file: file, line: line)
        guard let sum else { return }
        let found = try known("\(name)_sum", labels, file, line)
        guard sum.contains(found) else {
            let expected = "expected \(sum.lowerBound) to \(sum.upperBound)"
            throw mismatch("\(name)_sum", labels, "found \(found), \(expected)", file, line)
        }
    }

    /// Expect that a series is not exposed: a gauge that was never set, an open label's value that
    /// nobody used.
    public func expectNone(
        of name: String, _ labels: [String: String] = [:],
        file: StaticString = #fileID, line: UInt = #line
    ) throws {
        if let found = try value(of: name, labels) {
            throw mismatch(name, labels, "found \(found), expected no such series", file, line)
        }
    }

    private func expectGrowth(
        _ name: String, _ labels: [String: String], _ amount: Double, from before: Double,
        _ file: StaticString, _ line: UInt
    ) throws {
        let grown = try known(name, labels, file, line) - before
        guard grown == amount else {
            throw mismatch(name, labels, "grew by \(grown), expected \(amount)", file, line)
        }
    }

    private func known(
        _ name: String, _ labels: [String: String], _ file: StaticString, _ line: UInt
    ) throws -> Double {
        if let found = try value(of: name, labels) { return found }
        let all = try samples()
        let siblings = all.filter { $0.name == name }.map(\.series)
        let instead =
            siblings.isEmpty
            ? "no series of that name; there are \(Set(all.map(\.name)).sorted().joined(separator: ", "))"
            : "no such series; there are \(siblings.joined(separator: ", "))"
        throw mismatch(name, labels, instead, file, line)
    }

    private func mismatch(
        _ name: String, _ labels: [String: String], _ finding: String,
        _ file: StaticString, _ line: UInt
    ) -> MetricMismatch {
        let series = Sample(name: name, labels: labels, value: 0).series
        return MetricMismatch(description: "\(file):\(line): \(series): \(finding)")
    }
}

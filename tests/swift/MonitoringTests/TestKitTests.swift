import Testing
import WhiteRoomMonitoring
import WhiteRoomMonitoringTestKit
import XCTest

/// The assertions fail when they should, and say what was found and expected.
@Suite struct TestKitTests {
    private func message(_ body: () throws -> Void) -> String {
        do {
            try body()
        } catch {
            return String(describing: error)
        }
        return ""
    }

    @Test("A wrong value is told with its series, what was found and what was expected")
    func wrongValue() throws {
        let metrics = try RecordedMetrics()
        let said = message {
            try metrics.expect(
                "ui_errors_total", ["type": "engine"], is: 2, file: "Player.swift", line: 7)
        }
        #expect(said == "Player.swift:7: ui_errors_total{type=\"engine\"}: found 0.0, expected 2.0")
    }

    @Test("A wrong label is told with the series that there are")
    func wrongLabel() throws {
        let metrics = try RecordedMetrics()
        let said = message {
            try metrics.expect("ui_errors_total", ["type": "engin"], is: 2, file: "P.swift", line: 7)
        }
        #expect(said.hasPrefix("P.swift:7: ui_errors_total{type=\"engin\"}: no such series; there are "))
        #expect(said.contains("ui_errors_total{type=\"engine\"}"))
    }

    @Test("A wrong name is told with the names that there are")
    func wrongName() throws {
        let metrics = try RecordedMetrics()
        let said = message { try metrics.expect("ui_error_total", is: 2, file: "P.swift", line: 7) }
        #expect(said.hasPrefix("P.swift:7: ui_error_total: no series of that name; there are "))
        #expect(said.contains("ui_errors_total"))
    }

    @Test("Growth, observations and absence are judged")
    func otherAssertions() async throws {
        let metrics = try RecordedMetrics()
        let ui = try UI.Shared(metrics.segment)
        try metrics.expect("ui_errors_total", ["type": "file"], growsBy: 1) {
            ui.uiErrorsTotal[.file].increment()
        }
        try await metrics.expect("ui_errors_total", ["type": "file"], growsBy: 2) {
            await Task.yield()
            ui.uiErrorsTotal[.file].increment(by: 2)
        }
        #expect(
            message { try metrics.expect("ui_errors_total", ["type": "file"], growsBy: 1) {} }
                .hasSuffix("grew by 0.0, expected 1.0"))
        ui.uiExportDurationSeconds.observe(.seconds(2))
        #expect(
            message { try metrics.expect("ui_export_duration_seconds", observations: 1, sum: 0...1) }
                .hasSuffix("found 2.0, expected 0.0 to 1.0"))
        #expect(
            message { try metrics.expectNone(of: "ui_active_sessions") }
                .hasSuffix("found 0.0, expected no such series"))
    }

    @Test("A line that is no sample is refused")
    func garbage() {
        #expect(message { _ = try Sample.all(inExposition: "# TYPE a counter\na{b=\"c} 1\n") }
            == "exposition: found \"a{b=\"c} 1\", expected a sample")
    }
}

/// The assertions serve XCTest as well.
final class TestKitInXCTest: XCTestCase {
    func testAMismatchThrows() throws {
        let metrics = try RecordedMetrics()
        try metrics.expect("ui_active_sessions", is: 0)
        XCTAssertThrowsError(try metrics.expect("ui_active_sessions", is: 1))
    }
}

import Foundation
import Testing
import WhiteRoomMonitoring

/// What any thread logs becomes lines, with the fields of the catalogue.
@Suite struct EventLogTests {
    private func lines(of segment: Segment) throws -> [[String: Any]] {
        let text = String(decoding: try segment.takeLogLines(), as: UTF8.self)
        return try text.split(separator: "\n").compactMap {
            try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
        }
    }

    @Test("An event has a line with its fields, its level and its message")
    func event() throws {
        let segment = try Segment(.juceBackend, in: .privateMemory)
        let events = try Audio.Events(segment)
        let plugin = try segment.logText("bass/synth")
        events.dropoutBegan(
            dropoutId: 0xabc, cause: .device, lostSeconds: 0.5, renderSeconds: 0.25, plugin: plugin)
        let line = try #require(try lines(of: segment).first)
        #expect(line["event"] as? String == "dropout_began")
        #expect(line["level"] as? String == "warn")
        #expect(line["dropout_id"] as? String == "0000000000000abc")
        #expect(line["cause"] as? String == "device")
        #expect(line["lost_seconds"] as? Double == 0.5)
        #expect(line["plugin"] as? String == "bass/synth")
        #expect(
            line["message"] as? String
                == "Sound dropped out (device), 0.5 s lost so far; bass/synth took longest")
        #expect(try lines(of: segment).isEmpty)
    }

    @Test("Lines are appended to the segment's log file")
    func file() throws {
        let path = FileManager.default.temporaryDirectory
            .appending(path: "whiteroom-events-\(UUID().uuidString).log").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        let segment = try Segment(.swiftFrontend, in: .privateMemory)
        try segment.setLogFile(path)
        let events = try UI.Events(segment)
        events.frameDropped(lateSeconds: 0.02, refreshes: 2)
        #expect(try segment.drainLog() == 1)
        #expect(try String(contentsOfFile: path, encoding: .utf8).contains("\"refreshes\":2"))
    }

    @Test("A program whose domains have no events has no log")
    func none() throws {
        let segment = try Segment(.businessMetrics, in: .privateMemory)
        #expect(throws: MonitoringError.self) { try segment.log() }
    }
}

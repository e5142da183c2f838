// [test]
import ExampleApp
import Testing
import WhiteRoomMonitoring
import WhiteRoomMonitoringTestKit

@Suite struct StudioTests {
    @Test("A song that can't be read is an error that the user sees, and no load")
    func unreadableSong() async throws {
        let recorded = try RecordedMetrics()
        let studio = Studio(try Metrics(recorded.segment))
        await studio.open { throw Unreadable() }
        try recorded.expect("ui_errors_total", ["type": "file"], is: 1)
        try recorded.expect("ui_song_load_duration_seconds", observations: 0)
    }
}
// [end]

extension StudioTests {
    @Test("A song that opens is a load, in an active session")
    func openedSong() async throws {
        let recorded = try RecordedMetrics()
        let studio = Studio(try Metrics(recorded.segment))
        await studio.open { Song(name: "First Light") }
        #expect(await studio.song?.name == "First Light")
        try recorded.expect("ui_song_load_duration_seconds", observations: 1)
        try recorded.expect("ui_active_sessions", is: 1)
    }

    @Test("A frame that is late is dropped")
    func lateFrame() throws {
        let recorded = try RecordedMetrics()
        let drawing = try Drawing(try Metrics(recorded.segment))
        let passed = MonotonicTime(nanoseconds: MonotonicTime.now.nanoseconds - 1)
        drawing.drawFrame(for: passed) {}
        try recorded.expect("ui_frames_total", is: 1)
        try recorded.expect("ui_frames_dropped_total", is: 1)
    }

    @Test("What a scrape is answered with is what it accepts")
    func scrape() throws {
        let recorded = try RecordedMetrics()
        let metrics = try Metrics(recorded.segment)
        let answer = try answer(toScrapeOf: metrics, accept: "application/openmetrics-text")
        #expect(answer.type.hasPrefix("application/openmetrics-text"))
        #expect(String(decoding: answer.body, as: UTF8.self).hasSuffix("# EOF\n"))
    }
}

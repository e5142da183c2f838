import Testing
import WhiteRoomMonitoring
import WhiteRoomMonitoringTestKit

/// What the handles record is what the exposition says.
@Suite struct RecordingTests {
    @Test("A labelled counter counts under its own labels alone")
    func labelledCounter() throws {
        let metrics = try RecordedMetrics()
        let ui = try UI.Shared(metrics.segment)
        ui.uiUserActionsTotal[.play].increment()
        ui.uiUserActionsTotal[.loadSong].increment(by: 3)
        try metrics.expect("ui_user_actions_total", ["action": "play"], is: 1)
        try metrics.expect("ui_user_actions_total", ["action": "load_song"], is: 3)
        try metrics.expect("ui_user_actions_total", ["action": "stop"], is: 0)
    }

    @Test("Every value of a closed label is exposed under its text", arguments: UI.Screen.allCases)
    func closedLabels(screen: UI.Screen) throws {
        let metrics = try RecordedMetrics()
        let ui = try UI.Shared(metrics.segment)
        ui.uiTransitionDurationSeconds[screen].observe(.milliseconds(150))
        try metrics.expect(
            "ui_transition_duration_seconds", ["screen": screen.text], observations: 1, sum: 0.15...0.15)
    }

    @Test("Two closed labels nest in the order of the catalogue")
    func twoLabels() throws {
        let metrics = try RecordedMetrics(.juceBackend)
        let ffi = try FFI.Shared(metrics.segment)
        ffi.ffiErrorsTotal[.schEngineSetTempo][.rejected].increment()
        try metrics.expect(
            "ffi_errors_total", ["function": "sch_engine_set_tempo", "code": "rejected"], is: 1)
    }

    @Test("An observation lands in the bucket of the smallest bound that is not below it", arguments: [
        (Duration.milliseconds(5), "0.005"), (.nanoseconds(5_000_001), "0.01"), (.seconds(3), "+Inf"),
        (.zero, "0.005"),
    ])
    func buckets(duration: Duration, bound: String) throws {
        let metrics = try RecordedMetrics()
        let ui = try UI.Shared(metrics.segment)
        ui.uiInteractionTimeSeconds.observe(duration)
        let reached = try metrics.samples().filter {
            $0.name == "ui_interaction_time_seconds_bucket" && $0.value == 1
        }
        #expect(reached.first?.labels["le"] == bound)
    }

    @Test("A gauge is exposed once it is set, a level from the start")
    func gauges() throws {
        let metrics = try RecordedMetrics(.businessMetrics)
        let business = try Business.Shared(metrics.segment)
        try metrics.expectNone(of: "active_users")
        business.activeUsers.set(12)
        try metrics.expect("active_users", is: 12)
        let http = try HTTP.Shared(metrics.segment)
        http.httpActiveConnections.increment()
        http.httpActiveConnections.add(4)
        http.httpActiveConnections.decrement()
        try metrics.expect("http_active_connections", is: 4)
    }

    @Test("An open label's value is a series of its own")
    func openLabels() throws {
        let metrics = try RecordedMetrics(.businessMetrics)
        let business = try Business.Shared(metrics.segment)
        try business.instrumentAssignmentsTotal(instrument: "theremin").increment(by: 2)
        try business.instrumentAssignmentsTotal(instrument: "a \"quoted\\name").increment()
        try metrics.expect("instrument_assignments_total", ["instrument": "theremin"], is: 2)
        try metrics.expect(
            "instrument_assignments_total", ["instrument": "a \"quoted\\name"], is: 1)
    }

    @Test("A realtime instance goes on where its predecessor ended")
    func realtime() throws {
        let metrics = try RecordedMetrics()
        for _ in 0..<3 {
            let frames = try UI.Realtime(metrics.segment)
            frames.uiFramesTotal.increment(by: 2)
        }
        try metrics.expect("ui_frames_total", is: 6)
    }

    @Test("What is no ratio is counted as lost, not recorded", arguments: [Double.nan, .infinity, 1e9])
    func lost(value: Double) throws {
        let metrics = try RecordedMetrics(.juceBackend)
        let audio = try Audio.Realtime(metrics.segment)
        audio.audioEngineLoadRatio.observe(value)
        audio.audioDropoutSecondsTotal[.device].add(.nanoseconds(-1))
        try metrics.expect("audio_engine_load_ratio", observations: 0)
        let program = ["program": "juce-backend"]
        try metrics.expect(
            "monitoring_observations_lost_total",
            program.merging(["reason": "not_a_number"]) { $1 }, is: 1)
        try metrics.expect(
            "monitoring_observations_lost_total", program.merging(["reason": "negative"]) { $1 }, is: 1)
    }

    @Test("A metric that keeps exemplars counts as others do, and shows the trace to OpenMetrics")
    func exemplars() throws {
        let metrics = try RecordedMetrics(.businessMetrics)
        let http = try HTTP.Shared(metrics.segment)
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let exemplar = try #require(Exemplar(traceparent: "00-\(trace)-00f067aa0ba902b7-01"))
        http.httpRequestDurationSeconds.observe(.milliseconds(7), of: exemplar)
        http.httpRequestDurationSeconds.observe(.milliseconds(70))
        try metrics.expect("http_request_duration_seconds", observations: 2, sum: 0.077...0.077)
        let exposition = try metrics.segment.exposition(accept: "application/openmetrics-text")
        #expect(exposition.contentType.hasPrefix("application/openmetrics-text; version=1.0.0"))
        let text = String(decoding: exposition.bytes, as: UTF8.self)
        #expect(text.contains("le=\"0.01\"} 1 # {trace_id=\"\(trace)\""))
        #expect(text.hasSuffix("# EOF\n"))
        #expect(Exemplar(traceparent: "00-\(trace)-zz") == nil)
        #expect(Exemplar(traceparent: "00-\(String(repeating: "0", count: 32))-00f067aa0ba902b7-01") == nil)
    }

    @Test("A closed segment's handles can still be used")
    func closed() throws {
        let metrics = try RecordedMetrics()
        let ui = try UI.Shared(metrics.segment)
        metrics.segment.close()
        metrics.segment.close()
        ui.uiUserActionsTotal[.undo].increment()
    }

    @Test("A domain that the program doesn't record is refused with a message")
    func foreignDomain() throws {
        let metrics = try RecordedMetrics()
        let problem = #expect(throws: MonitoringError.self) { try Audio.Shared(metrics.segment) }
        #expect(
            problem?.description
                == "audio_engine_xruns_total: in no domain of the segment of swift-frontend")
    }

    @Test("Tasks that record at the same time lose nothing")
    func concurrency() async throws {
        let metrics = try RecordedMetrics()
        let ui = try UI.Shared(metrics.segment)
        await withTaskGroup { group in
            for _ in 0..<8 {
                group.addTask {
                    for _ in 0..<10_000 {
                        ui.uiErrorsTotal[.engine].increment()
                        ui.uiExportDurationSeconds.observe(nanoseconds: 1_000)
                    }
                }
            }
        }
        try metrics.expect("ui_errors_total", ["type": "engine"], is: 80_000)
        try metrics.expect("ui_export_duration_seconds", observations: 80_000)
    }
}

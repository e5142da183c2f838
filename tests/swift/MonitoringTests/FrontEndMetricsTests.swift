import Testing
import WhiteRoomMonitoring
import WhiteRoomMonitoringTestKit

private func time(_ milliseconds: UInt64) -> MonotonicTime {
    MonotonicTime(nanoseconds: 1_000_000_000 + milliseconds * 1_000_000)
}

/// The functions for a front end record what they say.
@Suite struct FrontEndMetricsTests {
    @Test("A refresh counts as missed when it came before its frame", arguments: [
        (UInt64(15), UInt64(0)), (16, 0), (17, 1), (31, 1), (32, 2), (100, 6),
    ])
    func missedRefreshes(ended: UInt64, missed: UInt64) {
        // A display that refreshes every 16 ms; the frame is for the refresh at 16 ms.
        #expect(
            FrameMetrics.refreshesMissed(
                ended: time(ended), deadline: time(16), interval: .milliseconds(16)) == missed)
    }

    @Test("An interval that is no time counts every nanosecond, and divides by nothing")
    func noInterval() {
        #expect(
            FrameMetrics.refreshesMissed(ended: time(17), deadline: time(16), interval: .zero)
                == 1_000_001)
    }

    @Test("A frame is counted, timed, and held against its deadline")
    func frames() throws {
        let metrics = try RecordedMetrics()
        let frames = try FrameMetrics(metrics.segment)
        frames.frameDrawn(began: time(0), ended: time(5), deadline: time(16), interval: .milliseconds(16))
        frames.frameDrawn(began: time(16), ended: time(56), deadline: time(32), interval: .milliseconds(16))
        try metrics.expect("ui_frames_total", is: 2)
        try metrics.expect("ui_frames_dropped_total", is: 2)
        try metrics.expect("ui_render_time_seconds", observations: 2, sum: 0.045...0.045)
    }

    @Test("Actions, effects, transitions and errors land in their metrics")
    func interface() throws {
        let metrics = try RecordedMetrics()
        let ui = try UIMetrics(metrics.segment)
        ui.userDid(.switchPerformance)
        ui.effectShown(began: time(0), shown: time(30))
        ui.transitionEnded(to: .mixer, began: time(0), ended: time(200))
        ui.errorShown(.file)
        try metrics.expect("ui_user_actions_total", ["action": "switch_performance"], is: 1)
        try metrics.expect("ui_interaction_time_seconds", observations: 1, sum: 0.03...0.03)
        try metrics.expect(
            "ui_transition_duration_seconds", ["screen": "mixer"], observations: 1, sum: 0.2...0.2)
        try metrics.expect("ui_errors_total", ["type": "file"], is: 1)
    }

    @Test("A session is active from its beginning to its end, however it ends")
    func sessions() throws {
        let metrics = try RecordedMetrics()
        let business = try BusinessMetrics(metrics.segment)
        let first = business.sessionBegan()
        do {
            let second = business.sessionBegan()
            try metrics.expect("ui_active_sessions", is: 2)
            second.end()
            try metrics.expect("ui_active_sessions", is: 1)
        }
        first.end()
        try metrics.expect("ui_active_sessions", is: 0)
    }

    @Test("A load or an export that fails is no observation")
    func failures() async throws {
        struct Unreadable: Error {}
        let metrics = try RecordedMetrics()
        let business = try BusinessMetrics(metrics.segment)
        #expect(throws: Unreadable.self) { try business.loadingSong { throw Unreadable() } }
        await #expect(throws: Unreadable.self) {
            try await business.exporting { () async throws in throw Unreadable() }
        }
        #expect(business.loadingSong { 7 } == 7)
        #expect(try await business.exporting { await Task.yield(); return 8 } == 8)
        try metrics.expect("ui_song_load_duration_seconds", observations: 1)
        try metrics.expect("ui_export_duration_seconds", observations: 1)
    }

    @Test("A render callback in Swift is judged as the C++ engine's is")
    func audio() throws {
        let metrics = try RecordedMetrics(.juceBackend)
        let audio = try AudioMetrics(metrics.segment, channels: ["bass", "lead"])
        try audio.stream.setInfo(version: "1.0", driver: .clock)
        audio.stream.setStream(sampleRateHertz: 48_000, bufferFrames: 480)
        audio.stream.reportXrun(delay: .milliseconds(1))
        audio.channelRendered(1, took: .milliseconds(2))
        audio.callbackRendered(began: time(0), ended: time(5), frames: 480)
        audio.stream.setDeviceBuffers(2)
        audio.stream.reportInputOverrun()
        audio.stream.streamStops()
        audio.stream.streamStarts()
        audio.callbackRendered(
            began: time(20), ended: time(25), frames: 480, due: time(19), mode: .bypassed,
            waited: true)
        audio.stream.setMode(.offline)
        audio.callbackRendered(began: time(30), ended: time(35), frames: 480)
        try metrics.expect("audio_callbacks_not_realtime_total", ["mode": "bypassed"], is: 1)
        try metrics.expect("audio_callbacks_not_realtime_total", ["mode": "offline"], is: 1)
        try metrics.expect("audio_input_overruns_total", is: 1)
        try metrics.expect("audio_callbacks_total", is: 1)
        try metrics.expect("audio_engine_load_ratio", observations: 1, sum: 0.5...0.5)
        try metrics.expect("audio_engine_xruns_total", is: 1)
        try metrics.expect("audio_engine_info", ["version": "1.0", "driver": "clock"], is: 1)
    }

    #if !DEBUG  // where it is an assertion
    @Test("A channel or a plug-in that isn't there is counted as lost, and harms nothing")
    func outOfRange() throws {
        let metrics = try RecordedMetrics(.juceBackend)
        let audio = try AudioMetrics(metrics.segment, channels: ["bass", "lead"])
        let slots = try audio.stream.pluginSlots([ChannelNames("bass", plugins: ["synth"])])
        audio.channelRendered(2, took: .milliseconds(2))
        audio.channelRendered(-1, took: .milliseconds(2))
        slots.pluginRendered(1, took: .milliseconds(2))
        let lost = ["program": "juce-backend", "reason": "out_of_range"]
        try metrics.expect("monitoring_observations_lost_total", lost, is: 3)
        try metrics.expect("audio_channel_render_seconds_total", ["channel": "lead"], is: 0)
    }
    #endif

    @Test("Plug-ins that threads render in parallel add up, and the longest of all is known")
    func parallelPlugins() async throws {
        let metrics = try RecordedMetrics(.juceBackend)
        let audio = try AudioMetrics(metrics.segment, channels: [])
        let stream = audio.stream
        let slots = try (0..<4).map { thread in
            try stream.pluginSlots([
                ChannelNames("track \(thread)", plugins: ["synth", "delay"]),
                ChannelNames("bus", plugins: ["reverb"]),
            ])
        }
        audio.use(slots)
        await withTaskGroup(of: Void.self) { group in
            for (place, slots) in slots.enumerated() {
                group.addTask {
                    for plugin in 0..<3 {
                        slots.pluginRendered(plugin, took: .seconds(place == 2 && plugin == 1 ? 3 : 2))
                    }
                }
            }
        }
        audio.callbackRendered(began: time(0), ended: time(7000), frames: 480)
        let bus = ["channel": "bus"]
        try metrics.expect("audio_channel_render_seconds_total", bus, is: 8)
        let delay = ["channel": "track 2", "plugin": "delay"]
        try metrics.expect("audio_plugin_deadlines_missed_total", delay, is: 1)
        let longest = audio.mostExpensive
        #expect(longest?.slots == 2)
        #expect(longest?.plugin == 1)
    }

    @Test("Durations become nanoseconds, and one beyond their range the largest that can be said")
    func nanoseconds() {
        #expect(Duration.seconds(2).inNanoseconds == 2_000_000_000)
        #expect(Duration.nanoseconds(-7).inNanoseconds == -7)
        #expect(Duration.seconds(Int64.max).inNanoseconds == .max)
        #expect(Duration.seconds(Int64.min).inNanoseconds == .min)
        #expect(time(5) - time(2) == .milliseconds(3))
        #expect(time(2) + .milliseconds(3) == time(5))
        #expect(time(2) < time(5))
    }
}

/// What the screens show.
import EngineABI
import WhiteRoomMonitoring

struct Scene {
    /// A way from one screen to another, while it is shown.
    struct Transition {
        let from: UI.Screen
        let began: MonotonicTime
        /// 0 at the beginning, 1 at the end.
        var progress = 0.0
    }

    static let transitionDuration = Duration.milliseconds(180)

    var screen = UI.Screen.library
    var transition: Transition?
    var songs: [Song] = []
    /// Place of the song that plays.
    var song = 0
    var tempoBpm = 0.0
    var heard = sch_performance_state()
    var audio = sch_audio_status()
    /// What the meters show, one for each channel: they fall slower than the sound.
    var meters = [Float](repeating: 0, count: SCH_MOST_CHANNELS)
    var exporting = false
    var message = ""

    var channels: [String] { songs.isEmpty ? [] : songs[song].channels }

    /// Let the meters rise at once, and fall to a tenth in about half a second of 60 frames.
    mutating func moveMeters() {
        withUnsafeBytes(of: heard.channel_peaks) { bytes in
            let peaks = bytes.bindMemory(to: Float.self)
            for channel in meters.indices { meters[channel] = max(peaks[channel], meters[channel] * 0.93) }
        }
    }

    /// The waveform of the sound that was rendered last, oldest first.
    var waveform: [Float] {
        withUnsafeBytes(of: heard.waveform) { bytes in
            Array(bytes.bindMemory(to: Float.self).prefix(Int(heard.waveform_points)))
        }
    }

    /// Move the transition on; return it when it has just ended.
    mutating func moveTransition(at now: MonotonicTime) -> Transition? {
        guard var moving = transition else { return nil }
        moving.progress = (now - moving.began) / Self.transitionDuration
        transition = moving.progress < 1 ? moving : nil
        return transition == nil ? moving : nil
    }
}

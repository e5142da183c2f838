/// Draws the scene: a bar above, the screen, a line below.
import EngineABI
import Foundation
import WhiteRoomMonitoring

enum Palette {
    static let ground = Colour(16, 18, 24)
    static let panel = Colour(28, 32, 42)
    static let edge = Colour(52, 58, 74)
    static let text = Colour(222, 226, 236)
    static let quiet = Colour(128, 136, 156)
    static let accent = Colour(92, 170, 255)
    static let low = Colour(64, 200, 130)
    static let middle = Colour(240, 200, 80)
    static let high = Colour(240, 90, 90)
}

struct Painter {
    static let top = 34
    static let bottom = 22
    let canvas: Canvas

    /// The part between the bars.
    private var content: (top: Int, height: Int) {
        (Self.top + 8, canvas.height - Self.top - Self.bottom - 16)
    }

    func draw(_ scene: Scene) {
        canvas.fillAll(Palette.ground)
        drawScreen(scene)
        if let transition = scene.transition {
            let way = Int((1 - transition.progress) * Double(canvas.width))
            canvas.shift(columns: way, Palette.ground)
        }
        drawBar(scene)
        drawMessage(scene)
    }

    private func drawScreen(_ scene: Scene) {
        switch scene.screen {
        case .library: drawLibrary(scene)
        case .mixer: drawMixer(scene)
        case .performance: drawPerformance(scene)
        case .song: drawSong(scene)
        case .export: drawExport(scene)
        case .settings: drawSettings(scene)
        }
    }

    private func drawBar(_ scene: Scene) {
        canvas.fill(x: 0, y: 0, width: canvas.width, height: Self.top, Palette.panel)
        canvas.write(scene.screen.text, x: 12, y: 10, scale: 2, Palette.accent)
        let name = scene.songs.isEmpty ? "no song" : scene.songs[scene.song].name
        canvas.write(name, x: 170, y: 13, Palette.text)
        let heard = scene.heard
        let bar = Int(heard.position_beats) / 4 + 1
        let beat = Int(heard.position_beats) % 4 + 1
        let place = "\(bar):\(beat)  \(Int(heard.tempo_bpm.rounded())) BPM"
        canvas.write(place, x: canvas.width - 150, y: 13, Palette.text)
        canvas.fill(x: canvas.width - 26, y: 12, width: 10, height: 10, heard.playing ? Palette.low : Palette.edge)
    }

    private func drawMessage(_ scene: Scene) {
        let y = canvas.height - Self.bottom
        canvas.fill(x: 0, y: y, width: canvas.width, height: Self.bottom, Palette.panel)
        canvas.write(scene.message, x: 12, y: y + 8, Palette.quiet)
        let state = "\(scene.heard.voices) voices  \(scene.audio.xruns) xruns"
        canvas.write(state, x: canvas.width - 150, y: y + 8, Palette.quiet)
    }

    // --- screens ---

    private func drawMixer(_ scene: Scene) {
        let channels = scene.channels
        guard !channels.isEmpty else { return }
        let width = (canvas.width - 16) / channels.count
        for (index, name) in channels.enumerated() {
            drawStrip(name, scene.meters[index], x: 8 + index * width, width: width - 6)
        }
    }

    private func drawStrip(_ name: String, _ level: Float, x: Int, width: Int) {
        let (top, height) = content
        canvas.fill(x: x, y: top, width: width, height: height, Palette.panel)
        canvas.write(String(name.prefix(width / 6 - 1)), x: x + 5, y: top + height - 14, Palette.text)
        drawMeter(level, x: x + width / 2 - 9, y: top + 10, width: 18, height: height - 34)
    }

    /// A meter in segments over 60 dB.
    private func drawMeter(_ level: Float, x: Int, y: Int, width: Int, height: Int) {
        let segment = 5
        let count = height / segment
        let decibels = 20 * log10(Double(max(level, 0.001)))
        let lit = Int((1 + decibels / 60) * Double(count))
        for index in 0..<count {
            let share = Double(index) / Double(count)
            let colour = share > 0.95 ? Palette.high : share > 0.8 ? Palette.middle : Palette.low
            let bottom = y + height - (index + 1) * segment
            canvas.fill(x: x, y: bottom, width: width, height: segment - 1, index < lit ? colour : Palette.edge)
        }
    }

    private func drawSong(_ scene: Scene) {
        let (top, height) = content
        drawWaveform(scene.waveform, x: 8, y: top, width: canvas.width - 16, height: height - 34)
        let y = top + height - 24
        canvas.fill(x: 8, y: y, width: canvas.width - 16, height: 16, Palette.panel)
        let length = max(scene.heard.length_beats, 1)
        let share = scene.heard.position_beats.truncatingRemainder(dividingBy: length) / length
        canvas.fill(x: 8, y: y, width: Int(share * Double(canvas.width - 16)), height: 16, Palette.edge)
        canvas.fill(x: 8 + Int(share * Double(canvas.width - 16)), y: y - 3, width: 2, height: 22, Palette.accent)
    }

    private func drawWaveform(_ points: [Float], x: Int, y: Int, width: Int, height: Int) {
        canvas.fill(x: x, y: y, width: width, height: height, Palette.panel)
        let middle = y + height / 2
        canvas.fill(x: x, y: middle, width: width, height: 1, Palette.edge)
        guard !points.isEmpty else { return }
        for column in 0..<width {
            let level = min(points[column * points.count / width], 1)
            let half = Int(level * Float(height / 2 - 4))
            let colour = level > 0.95 ? Palette.high : Palette.accent
            canvas.fill(x: x + column, y: middle - half, width: 1, height: 2 * half + 1, colour)
        }
    }

    private func drawPerformance(_ scene: Scene) {
        let (top, height) = content
        let performances = scene.songs.isEmpty ? [] : scene.songs[scene.song].performances
        let width = (canvas.width - 24) / 2
        for (index, performance) in performances.prefix(2).enumerated() {
            let share = index == 0 ? 1 - scene.heard.blend : scene.heard.blend
            let x = 8 + index * (width + 8)
            canvas.fill(x: x, y: top, width: width, height: 70, Palette.panel)
            canvas.fill(x: x, y: top + 66, width: Int(share * Double(width)), height: 4, Palette.accent)
            canvas.write(performance.name, x: x + 12, y: top + 16, scale: 3, share > 0.5 ? Palette.text : Palette.quiet)
            canvas.write("\(Int((share * 100).rounded()))%", x: x + 12, y: top + 48, Palette.quiet)
        }
        drawWaveform(scene.waveform, x: 8, y: top + 80, width: canvas.width - 16, height: height - 80)
    }

    private func drawLibrary(_ scene: Scene) {
        let (top, _) = content
        for (index, song) in scene.songs.enumerated() {
            let y = top + index * 44
            let chosen = index == scene.song
            canvas.fill(x: 8, y: y, width: canvas.width - 16, height: 38, Palette.panel)
            canvas.fill(x: 8, y: y, width: 4, height: 38, chosen ? Palette.accent : Palette.edge)
            canvas.write(song.name, x: 24, y: y + 8, scale: 2, chosen ? Palette.text : Palette.quiet)
            let about = "\(Int(song.tempoBpm.rounded())) BPM  \(song.channels.count) channels"
            canvas.write(about, x: canvas.width - 190, y: y + 16, Palette.quiet)
        }
    }

    private func drawExport(_ scene: Scene) {
        let (top, height) = content
        let said = scene.exporting ? "writing a file..." : "ready to export"
        canvas.write(said, x: 16, y: top + 12, scale: 2, Palette.text)
        drawWaveform(scene.waveform, x: 8, y: top + 48, width: canvas.width - 16, height: height - 48)
    }

    private func drawSettings(_ scene: Scene) {
        let (top, _) = content
        let audio = scene.audio
        let lines = [
            "sample rate   \(Int(audio.sample_rate)) Hz", "buffer        \(audio.buffer_frames) frames",
            "channels      \(audio.channels)", "real time     \(audio.realtime ? "yes" : "no")",
            "callbacks     \(audio.callbacks)", "dropouts      \(audio.dropouts)",
        ]
        for (index, line) in lines.enumerated() {
            canvas.write(line, x: 16, y: top + 10 + index * 30, scale: 2, Palette.text)
        }
    }
}

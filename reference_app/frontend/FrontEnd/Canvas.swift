/// A picture in memory, and what is drawn into it.

/// A colour, as its bytes lie in memory: red, green, blue, opacity.
struct Colour: Hashable {
    let bytes: UInt32

    init(_ red: UInt8, _ green: UInt8, _ blue: UInt8) {
        bytes = (UInt32(red) | UInt32(green) << 8 | UInt32(blue) << 16 | 0xff00_0000).littleEndian
    }
}

/// Pixels in rows from the top. One thread draws.
final class Canvas {
    let width: Int
    let height: Int
    private(set) var pixels: [UInt32]

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [UInt32](repeating: 0, count: width * height)
    }

    /// Fill a rectangle; what is outside of the picture is left out.
    func fill(x: Int, y: Int, width: Int, height: Int, _ colour: Colour) {
        let columns = max(0, x)..<max(0, max(x, min(self.width, x + width)))
        let rows = max(0, y)..<max(0, max(y, min(self.height, y + height)))
        guard !columns.isEmpty else { return }
        pixels.withUnsafeMutableBufferPointer { pixels in
            for row in rows {
                let line = row * self.width
                pixels[(line + columns.lowerBound)..<(line + columns.upperBound)]
                    .update(repeating: colour.bytes)
            }
        }
    }

    func fillAll(_ colour: Colour) {
        fill(x: 0, y: 0, width: width, height: height, colour)
    }

    /// Move the whole picture to the right, or with a negative `columns` to the left; what comes in
    /// is of `colour`.
    func shift(columns: Int, _ colour: Colour) {
        guard columns != 0 else { return }
        let offset = min(abs(columns), width)
        pixels.withUnsafeMutableBufferPointer { pixels in
            for row in 0..<height {
                let line = UnsafeMutableBufferPointer(rebasing: pixels[(row * width)..<((row + 1) * width)])
                let kept = columns > 0 ? line[0..<(width - offset)] : line[offset...]
                let to = line.baseAddress! + (columns > 0 ? offset : 0)
                to.update(from: UnsafeBufferPointer(rebasing: kept).baseAddress ?? UnsafePointer(to), count: kept.count)
                line[columns > 0 ? 0..<offset : (width - offset)..<width].update(repeating: colour.bytes)
            }
        }
    }

    /// Write text in capitals, `scale` pixels for a dot. Characters without a glyph are blank.
    func write(_ text: String, x: Int, y: Int, scale: Int = 1, _ colour: Colour) {
        var left = x
        for character in text.uppercased() {
            if let glyph = Font.glyphs[character] { draw(glyph, left, y, scale, colour) }
            left += (Font.columns + 1) * scale
        }
    }

    private func draw(_ glyph: [UInt8], _ x: Int, _ y: Int, _ scale: Int, _ colour: Colour) {
        for (row, bits) in glyph.enumerated() {
            for column in 0..<Font.columns where bits & (1 << (Font.columns - 1 - column)) != 0 {
                fill(x: x + column * scale, y: y + row * scale, width: scale, height: scale, colour)
            }
        }
    }
}

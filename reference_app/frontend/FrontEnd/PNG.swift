/// Writes a picture as PNG: true colour with opacity, rows unfiltered, in stored blocks.
/// Sources: Portable Network Graphics, third edition (W3C); zlib, RFC 1950; deflate, RFC 1951.
enum PNG {
    /// Return the file of a picture.
    static func bytes(of canvas: Canvas) -> [UInt8] {
        var file: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        // Eight bits a channel, colour type 6 (red, green, blue, opacity), no interlace.
        let header = bigEndian(UInt32(canvas.width)) + bigEndian(UInt32(canvas.height)) + [8, 6, 0, 0, 0]
        file += chunk("IHDR", header)
        file += chunk("IDAT", zlib(rows(of: canvas)))
        file += chunk("IEND", [])
        return file
    }

    /// Each row begins with its filter, 0 for none.
    private static func rows(of canvas: Canvas) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity((canvas.width * 4 + 1) * canvas.height)
        canvas.pixels.withUnsafeBytes { pixels in
            for row in 0..<canvas.height {
                bytes.append(0)
                bytes += pixels[(row * canvas.width * 4)..<((row + 1) * canvas.width * 4)]
            }
        }
        return bytes
    }

    private static func chunk(_ type: String, _ content: [UInt8]) -> [UInt8] {
        let covered = Array(type.utf8) + content
        return bigEndian(UInt32(content.count)) + covered + bigEndian(crc32(covered))
    }

    /// Stored blocks hold at most 65535 bytes; the last one's first bit is set.
    private static func zlib(_ data: [UInt8]) -> [UInt8] {
        let most = 65_535
        var stream: [UInt8] = [0x78, 0x01]
        var start = 0
        repeat {
            let end = min(start + most, data.count)
            let length = UInt16(end - start)
            stream.append(end == data.count ? 1 : 0)
            stream += littleEndian(length) + littleEndian(~length) + data[start..<end]
            start = end
        } while start < data.count
        return stream + bigEndian(adler32(data))
    }

    static func adler32(_ data: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in data {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }

    static func crc32(_ data: [UInt8]) -> UInt32 {
        ~data.reduce(~0) { crc, byte in table[Int((crc ^ UInt32(byte)) & 0xff)] ^ (crc >> 8) }
    }

    private static let table: [UInt32] = (0..<256).map { byte in
        (0..<8).reduce(UInt32(byte)) { crc, _ in crc & 1 == 1 ? 0xedb8_8320 ^ (crc >> 1) : crc >> 1 }
    }

    private static func bigEndian(_ value: UInt32) -> [UInt8] {
        [UInt8(value >> 24), UInt8(value >> 16 & 0xff), UInt8(value >> 8 & 0xff), UInt8(value & 0xff)]
    }

    private static func littleEndian(_ value: UInt16) -> [UInt8] {
        [UInt8(value & 0xff), UInt8(value >> 8)]
    }
}

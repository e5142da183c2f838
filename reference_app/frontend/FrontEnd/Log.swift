/// The front end's log: one JSON object a line, with the fields of the engine's log.
import Foundation
import Synchronization

enum LogLevel: String, Sendable {
    case info, warning, error
}

/// The log can't be written.
struct LogError: Error, CustomStringConvertible {
    let path: String
    let problem: String

    var description: String { "\(path): can't be written: \(problem)" }
}

/// Writes lines; any thread may, though not the one that draws.
final class Log: Sendable {
    private let file: Mutex<FileHandle>

    /// Append to the file at `path`; an empty one means standard output.
    init(path: String) throws {
        guard !path.isEmpty else {
            file = Mutex(.standardOutput)
            return
        }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw LogError(path: path, problem: String(cString: strerror(errno))) }
        file = Mutex(FileHandle(fileDescriptor: descriptor, closeOnDealloc: true))
    }

    func write(_ level: LogLevel, _ message: String, _ fields: [(String, String)] = []) {
        let time = Date().ISO8601Format(.iso8601(timeZone: .gmt, includingFractionalSeconds: true))
        let all = [("time", "\(time)Z"), ("level", level.rawValue), ("message", message)]
            + fields
        let pairs = all.map { "\(Self.quoted($0.0)):\(Self.quoted($0.1))" }
        let line = "{\(pairs.joined(separator: ","))}\n"
        file.withLock { try? $0.write(contentsOf: Data(line.utf8)) }
    }

    /// Write lines that are whole already.
    func write(lines: [UInt8]) {
        file.withLock { try? $0.write(contentsOf: Data(lines)) }
    }

    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let data = (try? encoder.encode(text)) ?? Data("\"\"".utf8)
        return String(decoding: data, as: UTF8.self)
    }
}

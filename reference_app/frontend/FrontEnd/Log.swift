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

/// Writes lines; any thread may, though not the one that draws. The file is opened for each: who
/// writes events to it sets it aside when it has grown large.
final class Log: Sendable {
    private let path: Mutex<String>

    /// Append to the file at `path`; an empty one means standard output.
    init(path: String) throws {
        if !path.isEmpty { _ = try Self.file(at: path) }
        self.path = Mutex(path)
    }

    private static func file(at path: String) throws -> FileHandle {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard descriptor >= 0 else { throw LogError(path: path, problem: String(cString: strerror(errno))) }
        return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    }

    func write(_ level: LogLevel, _ message: String, _ fields: [(String, String)] = []) {
        let time = Date().ISO8601Format(.iso8601(timeZone: .gmt, includingFractionalSeconds: true))
        let all = [("time", "\(time)Z"), ("level", level.rawValue), ("message", message)]
            + fields
        let pairs = all.map { "\(Self.quoted($0.0)):\(Self.quoted($0.1))" }
        let line = "{\(pairs.joined(separator: ","))}\n"
        append(Data(line.utf8))
    }

    /// Write lines that are whole already.
    func write(lines: [UInt8]) {
        append(Data(lines))
    }

    private func append(_ data: Data) {
        path.withLock { path in
            let file = path.isEmpty ? FileHandle.standardOutput : try? Self.file(at: path)
            try? file?.write(contentsOf: data)
        }
    }

    private static func quoted(_ text: String) -> String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .withoutEscapingSlashes
        let data = (try? encoder.encode(text)) ?? Data("\"\"".utf8)
        return String(decoding: data, as: UTF8.self)
    }
}

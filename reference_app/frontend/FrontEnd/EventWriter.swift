/// Writes what the thread that draws has logged, a few times a second, on a thread of its own.
import Foundation
import WhiteRoomMonitoring

final class EventWriter: Sendable {
    private static let interval = DispatchTimeInterval.milliseconds(200)

    private let segment: Segment
    private let log: Log
    private let isFile: Bool
    private let queue = DispatchQueue(label: "whiteroom.events")

    /// `path` is the log's file; an empty one means standard output.
    init(_ segment: Segment, log: Log, path: String) throws {
        self.segment = segment
        self.log = log
        isFile = !path.isEmpty
        if isFile { try segment.setLogFile(path) }
        again()
    }

    private func again() {
        queue.asyncAfter(deadline: .now() + Self.interval) { [weak self] in
            self?.write()
            self?.again()
        }
    }

    /// What can't be written stays in the ring, which counts what finds no room.
    func write() {
        if isFile {
            _ = try? segment.drainLog()
        } else if let lines = try? segment.takeLogLines(), !lines.isEmpty {
            log.write(lines: lines)
        }
    }
}

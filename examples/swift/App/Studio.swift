// The code of docs/tutorials/adopting-swift.md: a small app, instrumented.

// [open]
import WhiteRoomMonitoring

/// What the whole app records with. Made once, before the first screen.
public struct Metrics: Sendable {
    public let segment: Segment
    public let ui: UIMetrics
    public let business: BusinessMetrics

    public init(_ segment: Segment) throws {
        self.segment = segment
        ui = try UIMetrics(segment)
        business = try BusinessMetrics(segment)
    }
}
// [end]

public struct Song: Sendable, Equatable {
    public let name: String

    public init(name: String) {
        self.name = name
    }
}

public struct Unreadable: Error {
    public init() {}
}

// [record]
/// Opens songs and plays them, for one user.
public actor Studio {
    private let metrics: Metrics
    private let session: ActiveSession
    public private(set) var song: Song?

    public init(_ metrics: Metrics) {
        self.metrics = metrics
        session = metrics.business.sessionBegan()
    }

    public func play() {
        metrics.ui.userDid(.play)
    }

    /// Read a song; how long that takes is recorded, and so is an error that the user sees.
    public func open(_ read: @Sendable () async throws -> Song) async {
        metrics.ui.userDid(.loadSong)
        do {
            song = try await metrics.business.loadingSong { try await read() }
        } catch {
            metrics.ui.errorShown(.file)
        }
    }
}
// [end]

// [frames]
/// Draws on the thread that has it, and records each frame against the display's deadline.
public struct Drawing: ~Copyable {
    private let frames: FrameMetrics
    private let interval = Duration.seconds(1) / 60

    public init(_ metrics: Metrics) throws {
        frames = try FrameMetrics(metrics.segment)
    }

    public func drawFrame(for deadline: MonotonicTime, _ draw: () -> Void) {
        let began = MonotonicTime.now
        draw()
        frames.frameDrawn(began: began, ended: .now, deadline: deadline, interval: interval)
    }
}
// [end]

// [mount]
/// What a handler of GET /metrics returns in Vapor or SwiftNIO: a media type and bytes.
public func answer(toScrapeOf metrics: Metrics, accept: String) throws -> (type: String, body: [UInt8]) {
    let exposition = try metrics.segment.exposition(accept: accept)
    return (exposition.contentType, exposition.bytes)
}
// [end]

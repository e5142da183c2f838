/// The program: makes the parts, lets them run, and ends in order.
import Foundation
import WhiteRoomMonitoring
import WhiteRoomMonitoringEndpoint

/// Runs the reference front end with the words of its command line; returns the exit status.
public func runFrontEnd(_ words: [String]) -> Int32 {
    do {
        let options = try Options(words)
        if options.wantsHelp || options.wantsVersion {
            print(options.wantsHelp ? Options.usage : "whiteroom-frontend \(productVersion)")
            return 0
        }
        return try run(options)
    } catch let problem as UsageError {
        complain(problem)
        return 2
    } catch {
        complain(error)
        return 1
    }
}

let productVersion = "0.1.0"

private func complain(_ problem: any Error) {
    FileHandle.standardError.write(Data("whiteroom-frontend: \(problem)\n".utf8))
}

private func run(_ options: Options) throws -> Int32 {
    let signals = EndingSignals()
    let log = try Log(path: options.logFile)
    let place: SegmentPlace = options.engine.segments.isEmpty ? .standard : .folder(options.engine.segments)
    let segment = try Segment(.swiftFrontend, in: place, instances: 1)
    defer { segment.close() }
    let events = try EventWriter(segment, log: log, path: options.logFile)
    defer { events.write() }
    let engine = try Engine(options.engine)
    let frontEnd = try FrontEnd(engine: engine, segment: segment, log: log, exports: options.exports)
    try engine.start(options.engine)
    let endpoint = try MetricsEndpoint(segment, port: options.metricsPort)
    log.write(.info, "drawing", [("version", productVersion), ("metrics_port", "\(endpoint.port)")])
    let canvas = try draw(frontEnd, segment, options, until: signals)
    if !options.picture.isEmpty {
        try Data(PNG.bytes(of: canvas)).write(to: URL(fileURLWithPath: options.picture))
    }
    events.write()
    log.write(.info, "stopping")
    return frontEnd.soundIsLost ? 1 : 0
}

/// Draw until the end; return the last frame.
private func draw(
    _ frontEnd: FrontEnd, _ segment: Segment, _ options: Options, until signals: EndingSignals
) throws -> Canvas {
    let canvas = Canvas(width: options.width, height: options.height)
    let painter = Painter(canvas: canvas)
    let loop = FrameLoop(
        interval: .seconds(1) / options.refreshHertz, metrics: try FrameMetrics(segment),
        events: try UI.Events(segment))
    var user = options.hasUser ? User(seed: options.seed, speed: options.userSpeed, at: .now) : nil
    let session = options.hasUser ? frontEnd.sessionBegan() : nil
    var left = options.frames
    frontEnd.perform(.navigate(options.screen), at: .now)
    loop.run {
        left <= 0 || signals.haveCome || frontEnd.soundIsLost
    } frame: { now in
        if let action = user?.next(at: now) { frontEnd.perform(action, at: now) }
        frontEnd.prepareFrame(at: now)
        painter.draw(frontEnd.scene)
    } shown: { now in
        frontEnd.frameShown(at: now)
        left -= 1
    }
    if let session { session.end() }
    return canvas
}

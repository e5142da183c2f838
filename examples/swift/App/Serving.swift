// [serve]
import WhiteRoomMonitoring
import WhiteRoomMonitoringEndpoint

/// Run the app; `port` is White Room's for front ends, 8001, or 0 for any free one.
public func runStudio(port: UInt16) async throws {
    let segment = try Segment(.swiftFrontend)
    defer { segment.close() }
    let metrics = try Metrics(segment)
    let endpoint = try MetricsEndpoint(segment, port: port)
    print("metrics at http://127.0.0.1:\(endpoint.port)/metrics")
    let studio = Studio(metrics)
    await studio.open { Song(name: "First Light") }
    await studio.play()
    _ = readLine()
}
// [end]

import Foundation
import FoundationNetworking
import Testing
import WhiteRoomMonitoring
import WhiteRoomMonitoringEndpoint
import WhiteRoomMonitoringTestKit

/// The optional endpoint, on a real socket.
@Suite struct EndpointTests {
    private func get(_ path: String, port: UInt16) async throws -> (String, HTTPURLResponse) {
        let url = try #require(URL(string: "http://127.0.0.1:\(port)\(path)"))
        let (body, response) = try await URLSession.shared.data(from: url)
        return (String(decoding: body, as: UTF8.self), try #require(response as? HTTPURLResponse))
    }

    @Test("The endpoint serves what has been recorded, as the exposition does")
    func metrics() async throws {
        let metrics = try RecordedMetrics()
        let ui = try UIMetrics(metrics.segment)
        let endpoint = try MetricsEndpoint(metrics.segment, port: 0)
        ui.userDid(.record)
        let (body, response) = try await get("/metrics", port: endpoint.port)
        #expect(response.statusCode == 200)
        let samples = try Sample.all(inExposition: body)
        #expect(
            samples.first { $0.series == "ui_user_actions_total{action=\"record\"}" }?.value == 1)
    }

    @Test("A scrape without the token that is asked for is refused")
    func protection() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try Data("secret\n".utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        var protection = EndpointProtection()
        protection.bearerTokenFile = file.path
        let metrics = try RecordedMetrics()
        let endpoint = try MetricsEndpoint(metrics.segment, port: 0, protection: protection)
        #expect(try await get("/metrics", port: endpoint.port).1.statusCode == 401)
    }

    @Test("A port in use is reported, and an endpoint that ends gives its port back")
    func port() throws {
        let metrics = try RecordedMetrics()
        let taken: UInt16
        do {
            let endpoint = try MetricsEndpoint(metrics.segment, port: 0)
            taken = endpoint.port
            let problem = #expect(throws: MonitoringError.self) {
                try MetricsEndpoint(metrics.segment, port: taken)
            }
            #expect(problem?.description.contains("127.0.0.1:\(taken)") == true)
        }
        #expect(try MetricsEndpoint(metrics.segment, port: taken).port == taken)
    }

    @Test("An invalid address is reported")
    func address() throws {
        let metrics = try RecordedMetrics()
        let problem = #expect(throws: MonitoringError.self) {
            try MetricsEndpoint(metrics.segment, address: "nowhere", port: 0)
        }
        #expect(problem?.description.contains("nowhere") == true)
    }
}

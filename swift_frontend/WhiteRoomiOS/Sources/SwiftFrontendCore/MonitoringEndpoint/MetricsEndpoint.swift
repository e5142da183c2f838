/// Serves a program's metrics over HTTP. A product of its own, because it needs libmicrohttpd and zlib:
/// an app that can't link them mounts `Segment.exposition()` in its own server, or leaves serving to the
/// agent.
import WhiteRoomMonitoring
import WhiteRoomMonitoringEndpointCore

/// Who may scrape, and how. An empty path leaves out what it is for; files are read once.
public struct EndpointProtection: Sendable {
    /// With `keyFile`: HTTPS; both PEM.
    public var certificateFile = ""
    public var keyFile = ""
    /// Its first line must come with each scrape.
    public var bearerTokenFile = ""
    /// The same; its first line is `user:password`.
    public var basicAuthFile = ""

    public init() {}
}

/// Answers GET and HEAD of /metrics, /-/healthy and /-/ready on a thread of its own, until it is
/// stopped or released. Recording is not affected by scrapes.
public final class MetricsEndpoint: @unchecked Sendable {
    // Unchecked: the core's endpoint guards itself, and is freed once, by deinit.
    private let core: OpaquePointer

    /// White Room's port for the metrics of the front end.
    public static let frontEndPort: UInt16 = 8001

    /// The port that is listened on.
    public let port: UInt16

    /// Start serving; port 0 is any free one. Throws when the address can't be listened on, or a file
    /// not be used.
    public init(
        _ segment: Segment, address: String = "127.0.0.1", port: UInt16 = frontEndPort,
        protection: EndpointProtection = EndpointProtection()
    ) throws(MonitoringError) {
        var started: OpaquePointer?
        let texts = [
            address, protection.certificateFile, protection.keyFile, protection.bearerTokenFile,
            protection.basicAuthFile,
        ]
        let problem = withCStrings(texts) { texts in
            var options = wrm_endpoint_options(
                address: texts[0], port: port, certificate_file: texts[1], key_file: texts[2],
                bearer_token_file: texts[3], basic_auth_file: texts[4])
            return wrm_endpoint_start(segment.core, &options, &started)
        }
        try throwIfAny(problem)
        core = started!
        self.port = wrm_endpoint_port(core)
    }

    deinit {
        wrm_endpoint_stop(core)
    }
}

/// Serves a program's metrics over HTTP. A product of its own, because it needs libmicrohttpd and zlib:
/// an app that can't link them mounts `Segment.exposition()` in its own server, or leaves serving to the
/// segment exporter.
import WhiteRoomMonitoring

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

extension MetricsEndpoint {
    /// White Room's port for the metrics of the front end.
    public static let frontEndPort: UInt16 = 8001

    /// Start serving; port 0 is any free one. Throws when the address can't be listened on, or a file
    /// not be used.
    public convenience init(
        _ segment: Segment, address: String = "127.0.0.1", port: UInt16 = frontEndPort,
        protection: EndpointProtection = EndpointProtection()
    ) throws(MonitoringError) {
        try self.init(
            segment, address: address, port: port, certificateFile: protection.certificateFile,
            keyFile: protection.keyFile, bearerTokenFile: protection.bearerTokenFile,
            basicAuthFile: protection.basicAuthFile)
    }
}

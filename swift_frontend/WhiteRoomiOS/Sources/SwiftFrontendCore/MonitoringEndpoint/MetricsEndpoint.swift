// Generated from catalogue/interfaces/endpoint.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoring
import WhiteRoomMonitoringEndpointCore

/// Answers GET and HEAD of /metrics, /-/healthy and /-/ready on a thread of its own, until it is released. Recording is not affected by scrapes.
public final class MetricsEndpoint: @unchecked Sendable {
    // Unchecked: the core's functions for any thread guard themselves or write by atomics alone.
    let core: OpaquePointer

    /// Start serving. May lock and allocate.
    init(_ segment: Segment, address: String, port: UInt16, certificateFile: String, keyFile: String, bearerTokenFile: String, basicAuthFile: String) throws(MonitoringError) {
        var made: OpaquePointer?
        let problem = withCStrings([address, certificateFile, keyFile, bearerTokenFile, basicAuthFile]) { texts in
            var options = wrm_endpoint_options()
            options.address = texts[0]
            options.port = port
            options.certificate_file = texts[1]
            options.key_file = texts[2]
            options.bearer_token_file = texts[3]
            options.basic_auth_file = texts[4]
            return wrm_endpoint_start(segment.core, &options, &made)
        }
        try throwIfAny(problem)
        core = made!
    }

    deinit {
        wrm_endpoint_stop(core)
    }

    /// The port that is listened on.
    public var port: UInt16 { wrm_endpoint_port(core) }
}

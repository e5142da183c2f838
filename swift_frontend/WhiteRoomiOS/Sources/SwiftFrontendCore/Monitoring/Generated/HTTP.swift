// Generated from catalogue/http.yaml by `whiteroom generate`; edit that file, not this one.

import WhiteRoomMonitoringCore

/// Metrics of the domain `http`, recorded by `business-metrics`.
public enum HTTP {
    /// Values of the label `method`.
    @frozen public enum Method: UInt8, ClosedLabel {
        case get, head, post, put, patch, delete, options, other

        @inlinable public static var count: Int { 8 }
        public static let texts = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"]
    }

    /// Values of the label `status`.
    @frozen public enum Status: UInt8, ClosedLabel {
        case value200, value201, value204, value206, value301, value302, value303, value304, value307, value308, value400, value401, value403, value404, value405, value409, value410, value413, value415, value422, value429, value500, value501, value502, value503, value504, other

        @inlinable public static var count: Int { 27 }
        public static let texts = ["200", "201", "204", "206", "301", "302", "303", "304", "307", "308", "400", "401", "403", "404", "405", "409", "410", "413", "415", "422", "429", "500", "501", "502", "503", "504", "other"]
    }

    /// Values of the label `type`.
    @frozen public enum TypeValue: UInt8, ClosedLabel {
        case malformed, invalid, tooLarge, unauthenticated, forbidden, notFound, conflict, rateLimited, database, cache, `internal`

        @inlinable public static var count: Int { 11 }
        public static let texts = ["malformed", "invalid", "too_large", "unauthenticated", "forbidden", "not_found", "conflict", "rate_limited", "database", "cache", "internal"]
    }

    /// Buckets of `http_request_duration_seconds`.
    @frozen public enum HttpRequestDurationSecondsBuckets: ExemplarBuckets {
        @inlinable public static var count: Int { 11 }
        @inlinable public static func observe(_ group: UnsafeMutablePointer<UInt64>, _ value: Int64) {
            wrm_observe_http_request_duration_seconds(group, value)
        }
        @inlinable public static func observe(
            _ group: UnsafeMutablePointer<UInt64>, _ value: Int64, _ exemplar: Exemplar
        ) {
            var core = exemplar.core
            wrm_observe_http_request_duration_seconds_of(group, value, &core)
        }
    }

    /// Metrics that every thread may record. Make it at preparation.
    public struct Shared: Sendable {
        let segment: Segment

        /// `http_requests_total`: HTTP requests answered, by method and status code.
        public let httpRequestsTotal: LabeledBy<Method, LabeledBy<Status, Counter<ManyWriters>>>
        /// `http_request_duration_seconds`: Time from an HTTP request's first byte to the last byte of its answer.
        public let httpRequestDurationSeconds: ExemplarHistogram<ManyWriters, Seconds, HttpRequestDurationSecondsBuckets>
        /// `http_active_connections`: HTTP requests that are being answered.
        public let httpActiveConnections: UpDownCounter<ManyWriters>
        /// `http_errors_total`: Requests refused or failed, by what was wrong.
        public let httpErrorsTotal: LabeledBy<TypeValue, ExemplarCounter<ManyWriters>>

        public init(_ segment: Segment) throws(MonitoringError) {
            self.segment = segment
            httpRequestsTotal = try segment.handle("http_requests_total")
            httpRequestDurationSeconds = try segment.handle("http_request_duration_seconds")
            httpActiveConnections = try segment.handle("http_active_connections")
            httpErrorsTotal = try segment.handle("http_errors_total")
        }
    }
}

// Generated from catalogue/http.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../prometheus_metrics.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {
namespace http {

/// Values of the label `method`.
enum class Method : std::uint8_t { GET, HEAD, POST, PUT, PATCH, DELETE_, OPTIONS, other };
constexpr std::uint32_t value_count(Method) noexcept { return 8; }
inline constexpr std::string_view kMethodValues[] = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "other"};

/// Values of the label `status`.
enum class Status : std::uint8_t { value_200, value_201, value_204, value_206, value_301, value_302, value_303, value_304, value_307, value_308, value_400, value_401, value_403, value_404, value_405, value_409, value_410, value_413, value_415, value_422, value_429, value_500, value_501, value_502, value_503, value_504, other };
constexpr std::uint32_t value_count(Status) noexcept { return 27; }
inline constexpr std::string_view kStatusValues[] = {"200", "201", "204", "206", "301", "302", "303", "304", "307", "308", "400", "401", "403", "404", "405", "409", "410", "413", "415", "422", "429", "500", "501", "502", "503", "504", "other"};

/// Values of the label `type`.
enum class Type : std::uint8_t { malformed, invalid, too_large, unauthenticated, forbidden, not_found, conflict, rate_limited, database, cache, internal };
constexpr std::uint32_t value_count(Type) noexcept { return 11; }
inline constexpr std::string_view kTypeValues[] = {"malformed", "invalid", "too_large", "unauthenticated", "forbidden", "not_found", "conflict", "rate_limited", "database", "cache", "internal"};

inline constexpr LabelSpec kHttpRequestsTotalLabels[] = {{"method", kMethodValues}, {"status", kStatusValues}};

inline constexpr double kHttpRequestDurationSecondsBounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 11> kHttpRequestDurationSecondsCellBounds{5000000, 10000000, 25000000, 50000000, 100000000, 250000000, 500000000, 1000000000, 2500000000, 5000000000, 10000000000};

inline constexpr LabelSpec kHttpErrorsTotalLabels[] = {{"type", kTypeValues}};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {"http_requests_total",
     "HTTP requests answered, by method and status code.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kHttpRequestsTotalLabels,
     {},
     false},
    {"http_request_duration_seconds",
     "Time from an HTTP request's first byte to the last byte of its answer.",
     "seconds",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1000000000,
     {},
     kHttpRequestDurationSecondsBounds,
     true},
    {"http_active_connections",
     "HTTP requests that are being answered.",
     "",
     MetricType::gauge,
     Number::i64,
     Aggregation::sum,
     Writers::many,
     1,
     {},
     {},
     false},
    {"http_errors_total",
     "Requests refused or failed, by what was wrong.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kHttpErrorsTotalLabels,
     {},
     true},
};
inline constexpr const FamilySpec& kHttpRequestsTotal = kFamilies[0];
inline constexpr const FamilySpec& kHttpRequestDurationSeconds = kFamilies[1];
inline constexpr const FamilySpec& kHttpActiveConnections = kFamilies[2];
inline constexpr const FamilySpec& kHttpErrorsTotal = kFamilies[3];

constexpr Span<const FamilySpec> families() noexcept { return kFamilies; }

/// Metrics that every thread may record. Make it at preparation; `segment` outlives it.
struct Shared {
  explicit Shared(Segment& segment)
      : http_requests_total(segment.cells(kHttpRequestsTotal), segment.lost()),
        http_request_duration_seconds(segment.cells(kHttpRequestDurationSeconds), segment.lost()),
        http_active_connections(segment.cells(kHttpActiveConnections), segment.lost()),
        http_errors_total(segment.cells(kHttpErrorsTotal), segment.lost()) {}

  /// HTTP requests answered, by method and status code.
  LabeledBy<Counter<Writers::many>, kHttpRequestsTotal.group_cells(), Method, Status> http_requests_total;
  /// Time from an HTTP request's first byte to the last byte of its answer.
  ExemplarHistogram<Writers::many, Seconds, kHttpRequestDurationSecondsCellBounds> http_request_duration_seconds;
  /// HTTP requests that are being answered.
  UpDownCounter<Writers::many> http_active_connections;
  /// Requests refused or failed, by what was wrong.
  LabeledBy<ExemplarCounter<Writers::many>, kHttpErrorsTotal.group_cells(), Type> http_errors_total;
};

}  // namespace http
}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

// Generated from catalogue/logs.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../prometheus_metrics.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {
namespace logs {

inline constexpr LabelSpec kLogLinesRefusedTotalLabels[] = {{"reason", {}, 24}};

inline constexpr double kLogQueryDurationSecondsBounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 12> kLogQueryDurationSecondsCellBounds{5000000, 10000000, 25000000, 50000000, 100000000, 250000000, 500000000, 1000000000, 2500000000, 5000000000, 10000000000, 30000000000};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {"log_lines_stored_total",
     "Lines that the log store has accepted and written to the disk.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     {},
     {},
     false},
    {"log_lines_repeated_total",
     "Lines that the log store had already, with the same stream, nanosecond, text and metadata.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     {},
     {},
     false},
    {"log_lines_refused_total",
     "Lines that the log store has refused, by Loki's name of the reason.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kLogLinesRefusedTotalLabels,
     {},
     false},
    {"log_query_duration_seconds",
     "How long the log store takes for a query for lines.",
     "seconds",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1000000000,
     {},
     kLogQueryDurationSecondsBounds,
     false},
    {"log_query_bytes_total",
     "Bytes of lines that queries have read.",
     "bytes",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     {},
     {},
     false},
    {"log_store_size_bytes",
     "Bytes of the log store's segments on the disk.",
     "bytes",
     MetricType::gauge,
     Number::f64,
     Aggregation::latest,
     Writers::many,
     1,
     {},
     {},
     false},
    {"log_store_damaged",
     "Blocks, directories and records of the log store that can't be read.",
     "",
     MetricType::gauge,
     Number::f64,
     Aggregation::latest,
     Writers::many,
     1,
     {},
     {},
     false},
};
inline constexpr const FamilySpec& kLogLinesStoredTotal = kFamilies[0];
inline constexpr const FamilySpec& kLogLinesRepeatedTotal = kFamilies[1];
inline constexpr const FamilySpec& kLogLinesRefusedTotal = kFamilies[2];
inline constexpr const FamilySpec& kLogQueryDurationSeconds = kFamilies[3];
inline constexpr const FamilySpec& kLogQueryBytesTotal = kFamilies[4];
inline constexpr const FamilySpec& kLogStoreSizeBytes = kFamilies[5];
inline constexpr const FamilySpec& kLogStoreDamaged = kFamilies[6];

constexpr Span<const FamilySpec> families() noexcept { return kFamilies; }

/// Metrics that every thread may record. Make it at preparation; `segment` outlives it.
struct Shared {
  explicit Shared(Segment& segment)
      : log_lines_stored_total(segment.cells(kLogLinesStoredTotal), segment.lost()),
        log_lines_repeated_total(segment.cells(kLogLinesRepeatedTotal), segment.lost()),
        log_lines_refused_total(segment, kLogLinesRefusedTotal, segment.lost()),
        log_query_duration_seconds(segment.cells(kLogQueryDurationSeconds), segment.lost()),
        log_query_bytes_total(segment.cells(kLogQueryBytesTotal), segment.lost()),
        log_store_size_bytes(segment.cells(kLogStoreSizeBytes), segment.lost()),
        log_store_damaged(segment.cells(kLogStoreDamaged), segment.lost()) {}

  /// Lines that the log store has accepted and written to the disk.
  Counter<Writers::many> log_lines_stored_total;
  /// Lines that the log store had already, with the same stream, nanosecond, text and metadata.
  Counter<Writers::many> log_lines_repeated_total;
  /// Lines that the log store has refused, by Loki's name of the reason.
  DynamicLabels<Counter<Writers::many>, Segment, 1> log_lines_refused_total;
  /// How long the log store takes for a query for lines.
  Histogram<Writers::many, Seconds, kLogQueryDurationSecondsCellBounds> log_query_duration_seconds;
  /// Bytes of lines that queries have read.
  Counter<Writers::many> log_query_bytes_total;
  /// Bytes of the log store's segments on the disk.
  Gauge<Writers::many> log_store_size_bytes;
  /// Blocks, directories and records of the log store that can't be read.
  Gauge<Writers::many> log_store_damaged;
};

}  // namespace logs
}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

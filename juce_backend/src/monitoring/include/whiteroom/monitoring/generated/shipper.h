// Generated from catalogue/shipper.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../prometheus_metrics.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {
namespace shipper {

/// Values of the label `level`.
enum class Level : std::uint8_t { critical, error, warn, info, debug, unknown };
constexpr std::uint32_t value_count(Level) noexcept { return 6; }
inline constexpr std::string_view kLevelValues[] = {"critical", "error", "warn", "info", "debug", "unknown"};

/// Values of the label `pattern`.
enum class Pattern : std::uint8_t { crash, out_of_memory };
constexpr std::uint32_t value_count(Pattern) noexcept { return 2; }
inline constexpr std::string_view kPatternValues[] = {"crash", "out_of_memory"};

/// Values of the label `read`.
enum class Read : std::uint8_t { query, tail };
constexpr std::uint32_t value_count(Read) noexcept { return 2; }
inline constexpr std::string_view kReadValues[] = {"query", "tail"};

inline constexpr LabelSpec kLogShipperLinesReadTotalLabels[] = {{"source", {}, 64}};

inline constexpr LabelSpec kLogShipperReadBytesTotalLabels[] = {{"source", {}, 64}};

inline constexpr LabelSpec kLogShipperLinesSentTotalLabels[] = {{"source", {}, 64}};

inline constexpr LabelSpec kLogLinesTotalLabels[] = {{"source", {}, 32}, {"program", {}, 48}, {"level", kLevelValues}};

inline constexpr LabelSpec kLogPatternMatchesTotalLabels[] = {{"source", {}, 32}, {"program", {}, 48}, {"pattern", kPatternValues}};

inline constexpr LabelSpec kLogShipperLinesDroppedTotalLabels[] = {{"source", {}, 64}, {"reason", {}, 32}};

inline constexpr LabelSpec kLogShipperLinesRefusedTotalLabels[] = {{"source", {}, 64}, {"status", {}, 8}};

inline constexpr LabelSpec kLogShipperReadErrorsTotalLabels[] = {{"source", {}, 64}};

inline constexpr LabelSpec kLogShipperRetriesTotalLabels[] = {{"source", {}, 64}, {"status", {}, 16}};

inline constexpr LabelSpec kLogShipperWaitingSecondsLabels[] = {{"source", {}, 64}, {"target", {}, 8}};

inline constexpr double kLogShipperPushDurationSecondsBounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 11> kLogShipperPushDurationSecondsCellBounds{5000000, 10000000, 25000000, 50000000, 100000000, 250000000, 500000000, 1000000000, 2500000000, 5000000000, 10000000000};

inline constexpr LabelSpec kLogCanaryEntriesTotalLabels[] = {{"source", {}, 64}};

inline constexpr LabelSpec kLogCanaryLiveLabels[] = {{"source", {}, 64}};

inline constexpr LabelSpec kLogCanaryFoundTimestampSecondsLabels[] = {{"source", {}, 64}};

inline constexpr LabelSpec kLogCanaryLatencySecondsLabels[] = {{"source", {}, 64}, {"read", kReadValues}};
inline constexpr double kLogCanaryLatencySecondsBounds[] = {0.25, 0.5, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0, 30.0, 60.0, 300.0};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 11> kLogCanaryLatencySecondsCellBounds{250000000, 500000000, 1000000000, 1500000000, 2000000000, 3000000000, 5000000000, 10000000000, 30000000000, 60000000000, 300000000000};

inline constexpr LabelSpec kLogCanaryLateEntriesTotalLabels[] = {{"source", {}, 64}, {"read", kReadValues}};

inline constexpr LabelSpec kLogCanaryMissingEntriesTotalLabels[] = {{"source", {}, 64}, {"read", kReadValues}};

inline constexpr LabelSpec kLogCanaryDuplicateEntriesTotalLabels[] = {{"source", {}, 64}};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {"log_shipper_lines_read_total",
     "Lines that the shipper has read of its sources, by job of its configuration.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kLogShipperLinesReadTotalLabels,
     {},
     false},
    {"log_shipper_read_bytes_total",
     "Bytes that the shipper has read of its sources, by job of its configuration.",
     "bytes",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kLogShipperReadBytesTotalLabels,
     {},
     false},
    {"log_shipper_lines_sent_total",
     "Lines that a target has acknowledged; those that are sent again count again.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kLogShipperLinesSentTotalLabels,
     {},
     false},
    {"log_lines_total",
     "Lines that a target has acknowledged, by job, service and level; neither canaries nor what was over an hour old.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kLogLinesTotalLabels,
     {},
     false},
    {"log_pattern_matches_total",
     "Those of the lines that tell of a crash, or of a process that was killed for want of memory.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kLogPatternMatchesTotalLabels,
     {},
     false},
    {"log_shipper_lines_dropped_total",
     "Lines that a stage has left out, as it is configured to, or that a socket brought faster than they could be taken.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kLogShipperLinesDroppedTotalLabels,
     {},
     false},
    {"log_shipper_lines_refused_total",
     "Lines that a target has refused for good, with its status; they are in the file of dead letters.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kLogShipperLinesRefusedTotalLabels,
     {},
     false},
    {"log_shipper_lost_bytes_total",
     "Bytes of files that the shipper has seen, and that were gone before it could read them.",
     "bytes",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     {},
     {},
     false},
    {"log_shipper_read_errors_total",
     "Failures to read a source, which is tried again.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kLogShipperReadErrorsTotalLabels,
     {},
     false},
    {"log_shipper_retries_total",
     "Pushes that were not taken and are tried again, by status; 0 is no answer.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kLogShipperRetriesTotalLabels,
     {},
     false},
    {"log_shipper_waiting_seconds",
     "How long lines of a source have been read and not acknowledged by a target, those that have waited longest.",
     "seconds",
     MetricType::gauge,
     Number::f64,
     Aggregation::max,
     Writers::many,
     1,
     kLogShipperWaitingSecondsLabels,
     {},
     false},
    {"log_shipper_sources",
     "Files, containers, journals and sockets that the shipper reads.",
     "",
     MetricType::gauge,
     Number::f64,
     Aggregation::sum,
     Writers::many,
     1,
     {},
     {},
     false},
    {"log_shipper_push_duration_seconds",
     "How long a target takes for a push.",
     "seconds",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1000000000,
     {},
     kLogShipperPushDurationSecondsBounds,
     false},
    {"log_canary_entries_total",
     "Canaries that were written at a source of logs.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kLogCanaryEntriesTotalLabels,
     {},
     false},
    {"log_canary_live",
     "Whether a source of logs is there to write canaries at; 0 where its program, socket or file is missing.",
     "",
     MetricType::gauge,
     Number::f64,
     Aggregation::max,
     Writers::many,
     1,
     kLogCanaryLiveLabels,
     {},
     false},
    {"log_canary_found_timestamp_seconds",
     "When the newest canary that came back from the log store was written; when the first one was, until one came back.",
     "seconds",
     MetricType::gauge,
     Number::f64,
     Aggregation::max,
     Writers::many,
     1,
     kLogCanaryFoundTimestampSecondsLabels,
     {},
     false},
    {"log_canary_latency_seconds",
     "How long canaries take from being written at a source to being found in the log store.",
     "seconds",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1000000000,
     kLogCanaryLatencySecondsLabels,
     kLogCanaryLatencySecondsBounds,
     false},
    {"log_canary_late_entries_total",
     "Canaries that were not found within 30 s.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kLogCanaryLateEntriesTotalLabels,
     {},
     false},
    {"log_canary_missing_entries_total",
     "Canaries that were not found within 10 min, after which nobody looks for them.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kLogCanaryMissingEntriesTotalLabels,
     {},
     false},
    {"log_canary_duplicate_entries_total",
     "Canaries that are in the log store once more than they were written.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kLogCanaryDuplicateEntriesTotalLabels,
     {},
     false},
};
inline constexpr const FamilySpec& kLogShipperLinesReadTotal = kFamilies[0];
inline constexpr const FamilySpec& kLogShipperReadBytesTotal = kFamilies[1];
inline constexpr const FamilySpec& kLogShipperLinesSentTotal = kFamilies[2];
inline constexpr const FamilySpec& kLogLinesTotal = kFamilies[3];
inline constexpr const FamilySpec& kLogPatternMatchesTotal = kFamilies[4];
inline constexpr const FamilySpec& kLogShipperLinesDroppedTotal = kFamilies[5];
inline constexpr const FamilySpec& kLogShipperLinesRefusedTotal = kFamilies[6];
inline constexpr const FamilySpec& kLogShipperLostBytesTotal = kFamilies[7];
inline constexpr const FamilySpec& kLogShipperReadErrorsTotal = kFamilies[8];
inline constexpr const FamilySpec& kLogShipperRetriesTotal = kFamilies[9];
inline constexpr const FamilySpec& kLogShipperWaitingSeconds = kFamilies[10];
inline constexpr const FamilySpec& kLogShipperSources = kFamilies[11];
inline constexpr const FamilySpec& kLogShipperPushDurationSeconds = kFamilies[12];
inline constexpr const FamilySpec& kLogCanaryEntriesTotal = kFamilies[13];
inline constexpr const FamilySpec& kLogCanaryLive = kFamilies[14];
inline constexpr const FamilySpec& kLogCanaryFoundTimestampSeconds = kFamilies[15];
inline constexpr const FamilySpec& kLogCanaryLatencySeconds = kFamilies[16];
inline constexpr const FamilySpec& kLogCanaryLateEntriesTotal = kFamilies[17];
inline constexpr const FamilySpec& kLogCanaryMissingEntriesTotal = kFamilies[18];
inline constexpr const FamilySpec& kLogCanaryDuplicateEntriesTotal = kFamilies[19];

constexpr Span<const FamilySpec> families() noexcept { return kFamilies; }

/// Metrics that every thread may record. Make it at preparation; `segment` outlives it.
struct Shared {
  explicit Shared(Segment& segment)
      : log_shipper_lines_read_total(segment, kLogShipperLinesReadTotal, segment.lost()),
        log_shipper_read_bytes_total(segment, kLogShipperReadBytesTotal, segment.lost()),
        log_shipper_lines_sent_total(segment, kLogShipperLinesSentTotal, segment.lost()),
        log_lines_total(segment, kLogLinesTotal, segment.lost()),
        log_pattern_matches_total(segment, kLogPatternMatchesTotal, segment.lost()),
        log_shipper_lines_dropped_total(segment, kLogShipperLinesDroppedTotal, segment.lost()),
        log_shipper_lines_refused_total(segment, kLogShipperLinesRefusedTotal, segment.lost()),
        log_shipper_lost_bytes_total(segment.cells(kLogShipperLostBytesTotal), segment.lost()),
        log_shipper_read_errors_total(segment, kLogShipperReadErrorsTotal, segment.lost()),
        log_shipper_retries_total(segment, kLogShipperRetriesTotal, segment.lost()),
        log_shipper_waiting_seconds(segment, kLogShipperWaitingSeconds, segment.lost()),
        log_shipper_sources(segment.cells(kLogShipperSources), segment.lost()),
        log_shipper_push_duration_seconds(segment.cells(kLogShipperPushDurationSeconds), segment.lost()),
        log_canary_entries_total(segment, kLogCanaryEntriesTotal, segment.lost()),
        log_canary_live(segment, kLogCanaryLive, segment.lost()),
        log_canary_found_timestamp_seconds(segment, kLogCanaryFoundTimestampSeconds, segment.lost()),
        log_canary_latency_seconds(segment, kLogCanaryLatencySeconds, segment.lost()),
        log_canary_late_entries_total(segment, kLogCanaryLateEntriesTotal, segment.lost()),
        log_canary_missing_entries_total(segment, kLogCanaryMissingEntriesTotal, segment.lost()),
        log_canary_duplicate_entries_total(segment, kLogCanaryDuplicateEntriesTotal, segment.lost()) {}

  /// Lines that the shipper has read of its sources, by job of its configuration.
  DynamicLabels<Counter<Writers::many>, Segment, 1> log_shipper_lines_read_total;
  /// Bytes that the shipper has read of its sources, by job of its configuration.
  DynamicLabels<Counter<Writers::many>, Segment, 1> log_shipper_read_bytes_total;
  /// Lines that a target has acknowledged; those that are sent again count again.
  DynamicLabels<Counter<Writers::many>, Segment, 1> log_shipper_lines_sent_total;
  /// Lines that a target has acknowledged, by job, service and level; neither canaries nor what was over an hour old.
  DynamicLabels<LabeledBy<Counter<Writers::many>, kLogLinesTotal.group_cells(), Level>, Segment, 2> log_lines_total;
  /// Those of the lines that tell of a crash, or of a process that was killed for want of memory.
  DynamicLabels<LabeledBy<Counter<Writers::many>, kLogPatternMatchesTotal.group_cells(), Pattern>, Segment, 2> log_pattern_matches_total;
  /// Lines that a stage has left out, as it is configured to, or that a socket brought faster than they could be taken.
  DynamicLabels<Counter<Writers::many>, Segment, 2> log_shipper_lines_dropped_total;
  /// Lines that a target has refused for good, with its status; they are in the file of dead letters.
  DynamicLabels<Counter<Writers::many>, Segment, 2> log_shipper_lines_refused_total;
  /// Bytes of files that the shipper has seen, and that were gone before it could read them.
  Counter<Writers::many> log_shipper_lost_bytes_total;
  /// Failures to read a source, which is tried again.
  DynamicLabels<Counter<Writers::many>, Segment, 1> log_shipper_read_errors_total;
  /// Pushes that were not taken and are tried again, by status; 0 is no answer.
  DynamicLabels<Counter<Writers::many>, Segment, 2> log_shipper_retries_total;
  /// How long lines of a source have been read and not acknowledged by a target, those that have waited longest.
  DynamicLabels<Gauge<Writers::many>, Segment, 2> log_shipper_waiting_seconds;
  /// Files, containers, journals and sockets that the shipper reads.
  Gauge<Writers::many> log_shipper_sources;
  /// How long a target takes for a push.
  Histogram<Writers::many, Seconds, kLogShipperPushDurationSecondsCellBounds> log_shipper_push_duration_seconds;
  /// Canaries that were written at a source of logs.
  DynamicLabels<Counter<Writers::many>, Segment, 1> log_canary_entries_total;
  /// Whether a source of logs is there to write canaries at; 0 where its program, socket or file is missing.
  DynamicLabels<Gauge<Writers::many>, Segment, 1> log_canary_live;
  /// When the newest canary that came back from the log store was written; when the first one was, until one came back.
  DynamicLabels<Gauge<Writers::many>, Segment, 1> log_canary_found_timestamp_seconds;
  /// How long canaries take from being written at a source to being found in the log store.
  DynamicLabels<LabeledBy<Histogram<Writers::many, Seconds, kLogCanaryLatencySecondsCellBounds>, kLogCanaryLatencySeconds.group_cells(), Read>, Segment, 1> log_canary_latency_seconds;
  /// Canaries that were not found within 30 s.
  DynamicLabels<LabeledBy<Counter<Writers::many>, kLogCanaryLateEntriesTotal.group_cells(), Read>, Segment, 1> log_canary_late_entries_total;
  /// Canaries that were not found within 10 min, after which nobody looks for them.
  DynamicLabels<LabeledBy<Counter<Writers::many>, kLogCanaryMissingEntriesTotal.group_cells(), Read>, Segment, 1> log_canary_missing_entries_total;
  /// Canaries that are in the log store once more than they were written.
  DynamicLabels<Counter<Writers::many>, Segment, 1> log_canary_duplicate_entries_total;
};

}  // namespace shipper
}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

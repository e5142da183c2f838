// Generated from catalogue/self.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "../prometheus_metrics.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI::self {

/// Values of the label `reason`.
enum class Reason : std::uint8_t { series_limit, segment_full, not_a_number, negative, out_of_range, not_prepared, segment_closed, count_ };
inline constexpr std::string_view kReasonValues[] = {"series_limit", "segment_full", "not_a_number", "negative", "out_of_range", "not_prepared", "segment_closed"};

inline constexpr LabelSpec kMonitoringProcessesLabels[] = {{"program", {}, 32}};

inline constexpr LabelSpec kMonitoringProcessesLostTotalLabels[] = {{"program", {}, 32}};

inline constexpr LabelSpec kMonitoringObservationsLostTotalLabels[] = {{"program", {}, 32}, {"reason", kReasonValues}};

inline constexpr LabelSpec kMonitoringSeriesLabels[] = {{"program", {}, 32}};

inline constexpr LabelSpec kMonitoringSeriesEvictedTotalLabels[] = {{"program", {}, 32}};

inline constexpr LabelSpec kMonitoringSegmentUsedRatioLabels[] = {{"program", {}, 32}};

inline constexpr LabelSpec kMonitoringPagesLockedLabels[] = {{"program", {}, 32}};

inline constexpr LabelSpec kMonitoringExpositionDurationSecondsLabels[] = {{"program", {}, 32}};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {.name = "monitoring_processes",
     .help = "Processes of a program that record metrics now.",
     .unit = "",
     .type = MetricType::gauge,
     .number = Number::i64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1,
     .labels = kMonitoringProcessesLabels},
    {.name = "monitoring_processes_lost_total",
     .help = "Processes of a program that ended without closing their segment (killed or crashed).",
     .unit = "",
     .type = MetricType::counter,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1,
     .labels = kMonitoringProcessesLostTotalLabels},
    {.name = "monitoring_observations_lost_total",
     .help = "Observations that could not be recorded where they belong, by reason.",
     .unit = "",
     .type = MetricType::counter,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1,
     .labels = kMonitoringObservationsLostTotalLabels},
    {.name = "monitoring_series",
     .help = "Series that the processes of a program have registered; a closed label's values are one.",
     .unit = "",
     .type = MetricType::gauge,
     .number = Number::f64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1,
     .labels = kMonitoringSeriesLabels},
    {.name = "monitoring_series_evicted_total",
     .help = "Series of ended instances, such as a former song's tracks, that made room for new ones.",
     .unit = "",
     .type = MetricType::counter,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1,
     .labels = kMonitoringSeriesEvictedTotalLabels},
    {.name = "monitoring_segment_used_ratio",
     .help = "Share of the segment's room that is in use; at 1 new instances and series are lost.",
     .unit = "ratio",
     .type = MetricType::gauge,
     .number = Number::f64,
     .aggregation = Aggregation::max,
     .writers = Writers::many,
     .scale = 1,
     .labels = kMonitoringSegmentUsedRatioLabels},
    {.name = "monitoring_pages_locked",
     .help = "1 when the pages of the segment are locked in memory, else 0.",
     .unit = "",
     .type = MetricType::gauge,
     .number = Number::f64,
     .aggregation = Aggregation::min,
     .writers = Writers::many,
     .scale = 1,
     .labels = kMonitoringPagesLockedLabels},
    {.name = "monitoring_exposition_duration_seconds",
     .help = "Time that it took to read the segments and write the answer to a scrape.",
     .unit = "seconds",
     .type = MetricType::summary,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1000000000,
     .labels = kMonitoringExpositionDurationSecondsLabels},
};
inline constexpr const FamilySpec& kMonitoringProcesses = kFamilies[0];
inline constexpr const FamilySpec& kMonitoringProcessesLostTotal = kFamilies[1];
inline constexpr const FamilySpec& kMonitoringObservationsLostTotal = kFamilies[2];
inline constexpr const FamilySpec& kMonitoringSeries = kFamilies[3];
inline constexpr const FamilySpec& kMonitoringSeriesEvictedTotal = kFamilies[4];
inline constexpr const FamilySpec& kMonitoringSegmentUsedRatio = kFamilies[5];
inline constexpr const FamilySpec& kMonitoringPagesLocked = kFamilies[6];
inline constexpr const FamilySpec& kMonitoringExpositionDurationSeconds = kFamilies[7];

constexpr std::span<const FamilySpec> families() noexcept { return kFamilies; }

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI::self

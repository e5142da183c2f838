// Generated from catalogue/self.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../prometheus_metrics.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {
namespace self {

/// Values of the label `reason`.
enum class Reason : std::uint8_t { series_limit, segment_full, not_a_number, negative, out_of_range, not_prepared, segment_closed, log_full, log_unfinished };
constexpr std::uint32_t value_count(Reason) noexcept { return 9; }
inline constexpr std::string_view kReasonValues[] = {"series_limit", "segment_full", "not_a_number", "negative", "out_of_range", "not_prepared", "segment_closed", "log_full", "log_unfinished"};

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
    {"monitoring_processes",
     "Processes of a program that record metrics now.",
     "",
     MetricType::gauge,
     Number::i64,
     Aggregation::sum,
     Writers::many,
     1,
     kMonitoringProcessesLabels,
     {},
     false},
    {"monitoring_processes_lost_total",
     "Processes of a program that ended without closing their segment (killed or crashed).",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kMonitoringProcessesLostTotalLabels,
     {},
     false},
    {"monitoring_observations_lost_total",
     "Observations that could not be recorded where they belong, by reason.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kMonitoringObservationsLostTotalLabels,
     {},
     false},
    {"monitoring_series",
     "Series that the processes of a program have registered; a closed label's values are one.",
     "",
     MetricType::gauge,
     Number::f64,
     Aggregation::sum,
     Writers::many,
     1,
     kMonitoringSeriesLabels,
     {},
     false},
    {"monitoring_series_evicted_total",
     "Series of ended instances, such as a former song's tracks, that made room for new ones.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kMonitoringSeriesEvictedTotalLabels,
     {},
     false},
    {"monitoring_segment_used_ratio",
     "Share of the segment's room that is in use; at 1 new instances and series are lost.",
     "ratio",
     MetricType::gauge,
     Number::f64,
     Aggregation::max,
     Writers::many,
     1,
     kMonitoringSegmentUsedRatioLabels,
     {},
     false},
    {"monitoring_pages_locked",
     "1 when the pages of the segment are locked in memory, else 0.",
     "",
     MetricType::gauge,
     Number::f64,
     Aggregation::min,
     Writers::many,
     1,
     kMonitoringPagesLockedLabels,
     {},
     false},
    {"monitoring_exposition_duration_seconds",
     "Time that it took to read the segments and write the answer to a scrape.",
     "seconds",
     MetricType::summary,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1000000000,
     kMonitoringExpositionDurationSecondsLabels,
     {},
     false},
};
inline constexpr const FamilySpec& kMonitoringProcesses = kFamilies[0];
inline constexpr const FamilySpec& kMonitoringProcessesLostTotal = kFamilies[1];
inline constexpr const FamilySpec& kMonitoringObservationsLostTotal = kFamilies[2];
inline constexpr const FamilySpec& kMonitoringSeries = kFamilies[3];
inline constexpr const FamilySpec& kMonitoringSeriesEvictedTotal = kFamilies[4];
inline constexpr const FamilySpec& kMonitoringSegmentUsedRatio = kFamilies[5];
inline constexpr const FamilySpec& kMonitoringPagesLocked = kFamilies[6];
inline constexpr const FamilySpec& kMonitoringExpositionDurationSeconds = kFamilies[7];

constexpr Span<const FamilySpec> families() noexcept { return kFamilies; }

}  // namespace self
}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

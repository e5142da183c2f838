// Generated from catalogue/business.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "../prometheus_metrics.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI::business {

/// Values of the label `after`.
enum class After : std::uint8_t { value_1d, value_7d, value_30d, count_ };
inline constexpr std::string_view kAfterValues[] = {"1d", "7d", "30d"};

/// Values of the label `feature`.
enum class Feature : std::uint8_t { mixer, editor, export_, import_, record, share, presets, automation, metronome, tuner, count_ };
inline constexpr std::string_view kFeatureValues[] = {"mixer", "editor", "export", "import", "record", "share", "presets", "automation", "metronome", "tuner"};

inline constexpr LabelSpec kUserRetentionRatioLabels[] = {{"after", kAfterValues}};

inline constexpr double kSessionDurationSecondsBounds[] = {30.0, 60.0, 300.0, 600.0, 1800.0, 3600.0, 7200.0, 14400.0, 28800.0};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 9> kSessionDurationSecondsCellBounds{30000000000, 60000000000, 300000000000, 600000000000, 1800000000000, 3600000000000, 7200000000000, 14400000000000, 28800000000000};

inline constexpr LabelSpec kFeatureUsageTotalLabels[] = {{"feature", kFeatureValues}};

inline constexpr LabelSpec kFeatureErrorsTotalLabels[] = {{"feature", kFeatureValues}};

inline constexpr LabelSpec kInstrumentAssignmentsTotalLabels[] = {{"instrument", {}, 128}};

inline constexpr LabelSpec kDeploymentInfoLabels[] = {{"version", {}, 32}};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {.name = "active_users",
     .help = "Users with a request in the last 15 minutes.",
     .unit = "",
     .type = MetricType::gauge,
     .number = Number::f64,
     .aggregation = Aggregation::latest,
     .writers = Writers::many,
     .scale = 1},
    {.name = "registered_users",
     .help = "Accounts that exist.",
     .unit = "",
     .type = MetricType::gauge,
     .number = Number::f64,
     .aggregation = Aggregation::latest,
     .writers = Writers::many,
     .scale = 1},
    {.name = "user_retention_ratio",
     .help = "Share of the accounts of a given age that were used again at that age.",
     .unit = "ratio",
     .type = MetricType::gauge,
     .number = Number::f64,
     .aggregation = Aggregation::latest,
     .writers = Writers::many,
     .scale = 1,
     .labels = kUserRetentionRatioLabels},
    {.name = "user_signups_total",
     .help = "Accounts created.",
     .unit = "",
     .type = MetricType::counter,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1},
    {.name = "user_sessions_total",
     .help = "Sessions begun.",
     .unit = "",
     .type = MetricType::counter,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1},
    {.name = "session_duration_seconds",
     .help = "Length of sessions that have ended.",
     .unit = "seconds",
     .type = MetricType::histogram,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1000000000,
     .bounds = kSessionDurationSecondsBounds},
    {.name = "songs_created_total",
     .help = "Songs that users have created.",
     .unit = "",
     .type = MetricType::counter,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1},
    {.name = "performances_switched_total",
     .help = "Switches from one performance of a song to another.",
     .unit = "",
     .type = MetricType::counter,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1},
    {.name = "feature_usage_total",
     .help = "Uses of a feature.",
     .unit = "",
     .type = MetricType::counter,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1,
     .labels = kFeatureUsageTotalLabels},
    {.name = "feature_errors_total",
     .help = "Uses of a feature that ended in an error.",
     .unit = "",
     .type = MetricType::counter,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1,
     .labels = kFeatureErrorsTotalLabels},
    {.name = "instrument_assignments_total",
     .help = "Instruments assigned to a channel.",
     .unit = "",
     .type = MetricType::counter,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1,
     .labels = kInstrumentAssignmentsTotalLabels},
    {.name = "deployment_info",
     .help = "Version of White Room that is deployed.",
     .unit = "",
     .type = MetricType::info,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1,
     .labels = kDeploymentInfoLabels},
};
inline constexpr const FamilySpec& kActiveUsers = kFamilies[0];
inline constexpr const FamilySpec& kRegisteredUsers = kFamilies[1];
inline constexpr const FamilySpec& kUserRetentionRatio = kFamilies[2];
inline constexpr const FamilySpec& kUserSignupsTotal = kFamilies[3];
inline constexpr const FamilySpec& kUserSessionsTotal = kFamilies[4];
inline constexpr const FamilySpec& kSessionDurationSeconds = kFamilies[5];
inline constexpr const FamilySpec& kSongsCreatedTotal = kFamilies[6];
inline constexpr const FamilySpec& kPerformancesSwitchedTotal = kFamilies[7];
inline constexpr const FamilySpec& kFeatureUsageTotal = kFamilies[8];
inline constexpr const FamilySpec& kFeatureErrorsTotal = kFamilies[9];
inline constexpr const FamilySpec& kInstrumentAssignmentsTotal = kFamilies[10];
inline constexpr const FamilySpec& kDeploymentInfo = kFamilies[11];

constexpr std::span<const FamilySpec> families() noexcept { return kFamilies; }

/// Metrics that every thread may record. Make it at preparation; `segment` outlives it.
struct Shared {
  explicit Shared(Segment& segment)
      : active_users(segment.cells(kActiveUsers), segment.lost()),
        registered_users(segment.cells(kRegisteredUsers), segment.lost()),
        user_retention_ratio(segment.cells(kUserRetentionRatio), segment.lost()),
        user_signups_total(segment.cells(kUserSignupsTotal), segment.lost()),
        user_sessions_total(segment.cells(kUserSessionsTotal), segment.lost()),
        session_duration_seconds(segment.cells(kSessionDurationSeconds), segment.lost()),
        songs_created_total(segment.cells(kSongsCreatedTotal), segment.lost()),
        performances_switched_total(segment.cells(kPerformancesSwitchedTotal), segment.lost()),
        feature_usage_total(segment.cells(kFeatureUsageTotal), segment.lost()),
        feature_errors_total(segment.cells(kFeatureErrorsTotal), segment.lost()),
        instrument_assignments_total(segment, kInstrumentAssignmentsTotal, segment.lost()),
        deployment_info(segment, kDeploymentInfo, segment.lost()) {}

  /// Users with a request in the last 15 minutes.
  Gauge<Writers::many> active_users;
  /// Accounts that exist.
  Gauge<Writers::many> registered_users;
  /// Share of the accounts of a given age that were used again at that age.
  LabeledBy<Gauge<Writers::many>, kUserRetentionRatio.group_cells(), After> user_retention_ratio;
  /// Accounts created.
  Counter<Writers::many> user_signups_total;
  /// Sessions begun.
  Counter<Writers::many> user_sessions_total;
  /// Length of sessions that have ended.
  Histogram<Writers::many, Seconds, kSessionDurationSecondsCellBounds> session_duration_seconds;
  /// Songs that users have created.
  Counter<Writers::many> songs_created_total;
  /// Switches from one performance of a song to another.
  Counter<Writers::many> performances_switched_total;
  /// Uses of a feature.
  LabeledBy<Counter<Writers::many>, kFeatureUsageTotal.group_cells(), Feature> feature_usage_total;
  /// Uses of a feature that ended in an error.
  LabeledBy<Counter<Writers::many>, kFeatureErrorsTotal.group_cells(), Feature> feature_errors_total;
  /// Instruments assigned to a channel.
  DynamicLabels<Counter<Writers::many>, Segment, 1> instrument_assignments_total;
  /// Version of White Room that is deployed.
  DynamicLabels<Info, Segment, 1> deployment_info;
};

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI::business

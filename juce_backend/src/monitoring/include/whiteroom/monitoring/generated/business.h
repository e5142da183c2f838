// Generated from catalogue/business.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../prometheus_metrics.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {
namespace business {

/// Values of the label `after`.
enum class After : std::uint8_t { value_1d, value_7d, value_30d };
constexpr std::uint32_t value_count(After) noexcept { return 3; }
inline constexpr std::string_view kAfterValues[] = {"1d", "7d", "30d"};

/// Values of the label `feature`.
enum class Feature : std::uint8_t { mixer, editor, export_, import_, record, share, presets, automation, metronome, tuner };
constexpr std::uint32_t value_count(Feature) noexcept { return 10; }
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
    {"active_users",
     "Users with a request in the last 15 minutes.",
     "",
     MetricType::gauge,
     Number::f64,
     Aggregation::latest,
     Writers::many,
     1,
     {},
     {},
     false},
    {"registered_users",
     "Accounts that exist.",
     "",
     MetricType::gauge,
     Number::f64,
     Aggregation::latest,
     Writers::many,
     1,
     {},
     {},
     false},
    {"user_retention_ratio",
     "Share of the accounts of a given age that were used again at that age.",
     "ratio",
     MetricType::gauge,
     Number::f64,
     Aggregation::latest,
     Writers::many,
     1,
     kUserRetentionRatioLabels,
     {},
     false},
    {"user_signups_total",
     "Accounts created.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     {},
     {},
     false},
    {"user_sessions_total",
     "Sessions begun.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     {},
     {},
     false},
    {"session_duration_seconds",
     "Length of sessions that have ended.",
     "seconds",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1000000000,
     {},
     kSessionDurationSecondsBounds,
     false},
    {"songs_created_total",
     "Songs that users have created.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     {},
     {},
     false},
    {"performances_switched_total",
     "Switches from one performance of a song to another.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     {},
     {},
     false},
    {"feature_usage_total",
     "Uses of a feature.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kFeatureUsageTotalLabels,
     {},
     false},
    {"feature_errors_total",
     "Uses of a feature that ended in an error.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kFeatureErrorsTotalLabels,
     {},
     false},
    {"instrument_assignments_total",
     "Instruments assigned to a channel.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kInstrumentAssignmentsTotalLabels,
     {},
     false},
    {"deployment_info",
     "Version of White Room that is deployed.",
     "",
     MetricType::info,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kDeploymentInfoLabels,
     {},
     false},
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

constexpr Span<const FamilySpec> families() noexcept { return kFamilies; }

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

}  // namespace business
}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

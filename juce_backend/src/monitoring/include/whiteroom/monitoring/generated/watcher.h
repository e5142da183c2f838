// Generated from catalogue/watcher.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../prometheus_metrics.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {
namespace watcher {

/// Values of the label `hop`.
enum class Hop : std::uint8_t { exporter, prometheus, scrape, storage, rules, alertmanager, inbox, pagerduty, slack, email, shipper, log_store };
constexpr std::uint32_t value_count(Hop) noexcept { return 12; }
inline constexpr std::string_view kHopValues[] = {"exporter", "prometheus", "scrape", "storage", "rules", "alertmanager", "inbox", "pagerduty", "slack", "email", "shipper", "log_store"};

/// Values of the label `outcome`.
enum class Outcome : std::uint8_t { taken, failed };
constexpr std::uint32_t value_count(Outcome) noexcept { return 2; }
inline constexpr std::string_view kOutcomeValues[] = {"taken", "failed"};

inline constexpr LabelSpec kWatcherHopPassedTimestampSecondsLabels[] = {{"hop", kHopValues}};

inline constexpr LabelSpec kWatcherHopBrokenLabels[] = {{"hop", kHopValues}};

inline constexpr LabelSpec kWatcherHeartbeatsTotalLabels[] = {{"outcome", kOutcomeValues}};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {"watcher_hop_passed_timestamp_seconds",
     "When the newest sample was exported that the watcher has seen pass a hop of the pager path.",
     "seconds",
     MetricType::gauge,
     Number::f64,
     Aggregation::latest,
     Writers::many,
     1,
     kWatcherHopPassedTimestampSecondsLabels,
     {},
     false},
    {"watcher_hop_broken",
     "Whether a hop of the pager path is broken (1), so that nothing passes it.",
     "",
     MetricType::gauge,
     Number::f64,
     Aggregation::latest,
     Writers::many,
     1,
     kWatcherHopBrokenLabels,
     {},
     false},
    {"watcher_heartbeats_total",
     "Calls of the dead man's switch, by whether it took them.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kWatcherHeartbeatsTotalLabels,
     {},
     false},
};
inline constexpr const FamilySpec& kWatcherHopPassedTimestampSeconds = kFamilies[0];
inline constexpr const FamilySpec& kWatcherHopBroken = kFamilies[1];
inline constexpr const FamilySpec& kWatcherHeartbeatsTotal = kFamilies[2];

constexpr Span<const FamilySpec> families() noexcept { return kFamilies; }

/// Metrics that every thread may record. Make it at preparation; `segment` outlives it.
struct Shared {
  explicit Shared(Segment& segment)
      : watcher_hop_passed_timestamp_seconds(segment.cells(kWatcherHopPassedTimestampSeconds), segment.lost()),
        watcher_hop_broken(segment.cells(kWatcherHopBroken), segment.lost()),
        watcher_heartbeats_total(segment.cells(kWatcherHeartbeatsTotal), segment.lost()) {}

  /// When the newest sample was exported that the watcher has seen pass a hop of the pager path.
  LabeledBy<Gauge<Writers::many>, kWatcherHopPassedTimestampSeconds.group_cells(), Hop> watcher_hop_passed_timestamp_seconds;
  /// Whether a hop of the pager path is broken (1), so that nothing passes it.
  LabeledBy<Gauge<Writers::many>, kWatcherHopBroken.group_cells(), Hop> watcher_hop_broken;
  /// Calls of the dead man's switch, by whether it took them.
  LabeledBy<Counter<Writers::many>, kWatcherHeartbeatsTotal.group_cells(), Outcome> watcher_heartbeats_total;
};

}  // namespace watcher
}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

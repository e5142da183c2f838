// Generated from catalogue/plugin.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../prometheus_metrics.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {
namespace plugin {

/// Values of the label `mode`.
enum class Mode : std::uint8_t { realtime, offline, bypassed };
constexpr std::uint32_t value_count(Mode) noexcept { return 3; }
inline constexpr std::string_view kModeValues[] = {"realtime", "offline", "bypassed"};

inline constexpr LabelSpec kPluginLoadRatioLabels[] = {{"plugin", {}, 16}, {"number", {}, 32}};
inline constexpr double kPluginLoadRatioBounds[] = {0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 1.0, 2.0};
/// The bounds in units of the cells.
inline constexpr std::array<std::int64_t, 13> kPluginLoadRatioCellBounds{5000000, 10000000, 20000000, 50000000, 100000000, 200000000, 300000000, 400000000, 500000000, 700000000, 900000000, 1000000000, 2000000000};

inline constexpr LabelSpec kPluginRenderSecondsTotalLabels[] = {{"plugin", {}, 16}, {"number", {}, 32}};

inline constexpr LabelSpec kPluginBlocksTotalLabels[] = {{"plugin", {}, 16}, {"mode", kModeValues}};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {"plugin_load_ratio",
     "Render time of one host callback by the wall clock, all of its parts together, divided by the length of its sound.",
     "ratio",
     MetricType::histogram,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1000000000,
     kPluginLoadRatioLabels,
     kPluginLoadRatioBounds,
     false},
    {"plugin_render_seconds_total",
     "Render time of one instance of a plug-in by the wall clock; its rate is the share of real time that the instance takes.",
     "seconds",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1000000000,
     kPluginRenderSecondsTotalLabels,
     {},
     false},
    {"plugin_blocks_total",
     "Blocks that hosts have handed over, by what the host wanted of them.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kPluginBlocksTotalLabels,
     {},
     false},
};
inline constexpr const FamilySpec& kPluginLoadRatio = kFamilies[0];
inline constexpr const FamilySpec& kPluginRenderSecondsTotal = kFamilies[1];
inline constexpr const FamilySpec& kPluginBlocksTotal = kFamilies[2];

constexpr Span<const FamilySpec> families() noexcept { return kFamilies; }

/// Metrics that every thread may record. Make it at preparation; `segment` outlives it.
struct Shared {
  explicit Shared(Segment& segment)
      : plugin_load_ratio(segment, kPluginLoadRatio, segment.lost()),
        plugin_render_seconds_total(segment, kPluginRenderSecondsTotal, segment.lost()),
        plugin_blocks_total(segment, kPluginBlocksTotal, segment.lost()) {}

  /// Render time of one host callback by the wall clock, all of its parts together, divided by the length of its sound.
  DynamicLabels<Histogram<Writers::many, Ratio, kPluginLoadRatioCellBounds>, Segment, 2> plugin_load_ratio;
  /// Render time of one instance of a plug-in by the wall clock; its rate is the share of real time that the instance takes.
  DynamicLabels<DurationCounter<Writers::many>, Segment, 2> plugin_render_seconds_total;
  /// Blocks that hosts have handed over, by what the host wanted of them.
  DynamicLabels<LabeledBy<Counter<Writers::many>, kPluginBlocksTotal.group_cells(), Mode>, Segment, 1> plugin_blocks_total;
};

}  // namespace plugin
}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

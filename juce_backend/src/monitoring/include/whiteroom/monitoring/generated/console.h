// Generated from catalogue/console.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "../prometheus_metrics.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI::console {

/// Values of the label `outcome`.
enum class ConsoleEvaluationsTotalOutcome : std::uint8_t { shown, unsupported, failed, count_ };
inline constexpr std::string_view kConsoleEvaluationsTotalOutcomeValues[] = {"shown", "unsupported", "failed"};

/// Values of the label `source`.
enum class Source : std::uint8_t { prometheus, loki, alertmanager, count_ };
inline constexpr std::string_view kSourceValues[] = {"prometheus", "loki", "alertmanager"};

/// Values of the label `outcome`.
enum class ConsoleSourceRequestsTotalOutcome : std::uint8_t { answered, failed, count_ };
inline constexpr std::string_view kConsoleSourceRequestsTotalOutcomeValues[] = {"answered", "failed"};

inline constexpr LabelSpec kConsoleEvaluationsTotalLabels[] = {{"outcome", kConsoleEvaluationsTotalOutcomeValues}};

inline constexpr LabelSpec kConsoleSourceRequestsTotalLabels[] = {{"source", kSourceValues}, {"outcome", kConsoleSourceRequestsTotalOutcomeValues}};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {.name = "console_evaluations_total",
     .help = "Panels that the console has evaluated, by what came of it. Unsupported is what only Grafana shows; failed is what a data source would not answer.",
     .unit = "",
     .type = MetricType::counter,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1,
     .labels = kConsoleEvaluationsTotalLabels},
    {.name = "console_source_requests_total",
     .help = "Requests of the console to data sources, by source and outcome. Viewers who ask the same at the same time share one request.",
     .unit = "",
     .type = MetricType::counter,
     .number = Number::u64,
     .aggregation = Aggregation::sum,
     .writers = Writers::many,
     .scale = 1,
     .labels = kConsoleSourceRequestsTotalLabels},
};
inline constexpr const FamilySpec& kConsoleEvaluationsTotal = kFamilies[0];
inline constexpr const FamilySpec& kConsoleSourceRequestsTotal = kFamilies[1];

constexpr std::span<const FamilySpec> families() noexcept { return kFamilies; }

/// Metrics that every thread may record. Make it at preparation; `segment` outlives it.
struct Shared {
  explicit Shared(Segment& segment)
      : console_evaluations_total(segment.cells(kConsoleEvaluationsTotal), segment.lost()),
        console_source_requests_total(segment.cells(kConsoleSourceRequestsTotal), segment.lost()) {}

  /// Panels that the console has evaluated, by what came of it. Unsupported is what only Grafana shows; failed is what a data source would not answer.
  LabeledBy<Counter<Writers::many>, kConsoleEvaluationsTotal.group_cells(), ConsoleEvaluationsTotalOutcome> console_evaluations_total;
  /// Requests of the console to data sources, by source and outcome. Viewers who ask the same at the same time share one request.
  LabeledBy<Counter<Writers::many>, kConsoleSourceRequestsTotal.group_cells(), Source, ConsoleSourceRequestsTotalOutcome> console_source_requests_total;
};

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI::console

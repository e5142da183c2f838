// Generated from catalogue/console.yaml by `whiteroom generate`; edit that file, not this one.

#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "../prometheus_metrics.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {
namespace console {

/// Values of the label `outcome`.
enum class ConsoleEvaluationsTotalOutcome : std::uint8_t { shown, unsupported, failed };
constexpr std::uint32_t value_count(ConsoleEvaluationsTotalOutcome) noexcept { return 3; }
inline constexpr std::string_view kConsoleEvaluationsTotalOutcomeValues[] = {"shown", "unsupported", "failed"};

/// Values of the label `source`.
enum class Source : std::uint8_t { prometheus, loki, alertmanager };
constexpr std::uint32_t value_count(Source) noexcept { return 3; }
inline constexpr std::string_view kSourceValues[] = {"prometheus", "loki", "alertmanager"};

/// Values of the label `outcome`.
enum class ConsoleSourceRequestsTotalOutcome : std::uint8_t { answered, failed };
constexpr std::uint32_t value_count(ConsoleSourceRequestsTotalOutcome) noexcept { return 2; }
inline constexpr std::string_view kConsoleSourceRequestsTotalOutcomeValues[] = {"answered", "failed"};

inline constexpr LabelSpec kConsoleEvaluationsTotalLabels[] = {{"outcome", kConsoleEvaluationsTotalOutcomeValues}};

inline constexpr LabelSpec kConsoleSourceRequestsTotalLabels[] = {{"source", kSourceValues}, {"outcome", kConsoleSourceRequestsTotalOutcomeValues}};

/// Every family of the domain, for Segment::declare().
inline constexpr FamilySpec kFamilies[] = {
    {"console_evaluations_total",
     "Panels that the console has evaluated, by what came of it. Unsupported is what only Grafana shows; failed is what a data source would not answer.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kConsoleEvaluationsTotalLabels,
     {},
     false},
    {"console_source_requests_total",
     "Requests of the console to data sources, by source and outcome. Viewers who ask the same at the same time share one request.",
     "",
     MetricType::counter,
     Number::u64,
     Aggregation::sum,
     Writers::many,
     1,
     kConsoleSourceRequestsTotalLabels,
     {},
     false},
};
inline constexpr const FamilySpec& kConsoleEvaluationsTotal = kFamilies[0];
inline constexpr const FamilySpec& kConsoleSourceRequestsTotal = kFamilies[1];

constexpr Span<const FamilySpec> families() noexcept { return kFamilies; }

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

}  // namespace console
}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

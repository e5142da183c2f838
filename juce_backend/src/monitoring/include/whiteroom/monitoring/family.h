/// What a metric is, as the catalogue says it: the generated clients hold constants of these types.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "segment_format.h"
#include "span.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// A mistake in how metrics are declared or looked up; never thrown while recording.
class PreparationError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

enum class MetricType : std::uint8_t {
  counter = WRM_COUNTER,
  gauge = WRM_GAUGE,
  histogram = WRM_HISTOGRAM,
  summary = WRM_SUMMARY,
  info = WRM_INFO
};

enum class Number : std::uint8_t { u64 = WRM_U64, i64 = WRM_I64, f64 = WRM_F64 };

/// How gauges of several processes or instances become one.
enum class Aggregation : std::uint8_t {
  sum = WRM_AGGREGATION_SUM,
  max = WRM_AGGREGATION_MAX,
  min = WRM_AGGREGATION_MIN,
  latest = WRM_AGGREGATION_LATEST
};

/// Which threads may write the cells: all, or one at a time.
enum class Writers : std::uint8_t { many = 0, one = 1 };

/// A label: closed with its values, or open with at most `max_series` of them and `other`.
struct LabelSpec {
  std::string_view name;
  Span<const std::string_view> values{};
  std::uint32_t max_series = 0;

  constexpr bool open() const noexcept { return max_series != 0; }
};

/// Cells of a series' values: 1, or count and sum, or buckets and sum.
constexpr std::uint32_t value_cells(MetricType type, Span<const double> bounds) noexcept {
  if (type == MetricType::histogram) return static_cast<std::uint32_t>(bounds.size()) + 2;
  return type == MetricType::summary ? 2 : 1;
}

/// Exemplars that a series may keep: one, or one for each bucket.
constexpr std::uint32_t exemplar_slots(MetricType type, Span<const double> bounds) noexcept {
  return type == MetricType::histogram ? static_cast<std::uint32_t>(bounds.size()) + 1 : 1;
}

/// A metric family. Everything it refers to must live as long as the program.
struct FamilySpec {
  std::string_view name;
  std::string_view help;
  std::string_view unit{};
  MetricType type = MetricType::counter;
  Number number = Number::u64;
  Aggregation aggregation = Aggregation::sum;
  Writers writers = Writers::many;
  std::uint32_t scale = 1;  ///< a cell of 1 means 1/scale
  Span<const LabelSpec> labels{};
  Span<const double> bounds{};  ///< upper bounds of a histogram, without +Inf
  bool exemplars = false;       ///< counters and histograms: keeps traces beside the values

  /// Cells of one series' values: 1, or count and sum, or buckets and sum.
  constexpr std::uint32_t value_cells() const noexcept {
    return monitoring::value_cells(type, bounds);
  }
  /// Cells of one series, exemplars included.
  constexpr std::uint32_t group_cells() const noexcept {
    return value_cells() + (exemplars ? exemplar_slots(type, bounds) * WRM_EXEMPLAR_CELLS : 0U);
  }

  /// Combinations of the closed labels.
  constexpr std::uint32_t groups() const noexcept {
    std::uint32_t product = 1;
    for (const LabelSpec& label : labels) {
      if (!label.open()) product *= static_cast<std::uint32_t>(label.values.size());
    }
    return product;
  }

  /// Combinations of the open labels that are kept; 0 when no label is open.
  constexpr std::uint32_t open_series() const noexcept {
    std::uint32_t product = 1;
    bool open = false;
    for (const LabelSpec& label : labels) {
      if (label.open()) {
        open = true;
        product *= label.max_series;
      }
    }
    return open ? product : 0;
  }
};

/// The value of an open label that stands for all beyond its limit.
inline constexpr std::string_view kOtherSeries = "other";

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

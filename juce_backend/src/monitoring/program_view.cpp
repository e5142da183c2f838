#include "program_view.h"

#include <algorithm>
#include <cmath>
#include <span>
#include <tuple>

#include "cells.h"

namespace whiteroom::monitoring {
namespace {

/// Oldest first, the base before all: what comes later is the latest.
void sort_by_age(std::vector<SegmentReading>& readings) {
  const auto age = [](const SegmentReading& reading) {
    const wrm_segment_header& header = reading.image.header();
    return std::tuple(!reading.image.base(), header.started_unix_ns, header.segment_id);
  };
  std::sort(readings.begin(), readings.end(),
            [&](const auto& a, const auto& b) { return age(a) < age(b); });
}

MergedSeries& series_of(MergedFamily& family, std::span<const std::string_view> values,
                        bool& is_new) {
  std::string key;
  for (const std::string_view value : values) {
    key.append(std::to_string(value.size())).append(":").append(value);
  }
  const auto [place, inserted] = family.places.try_emplace(std::move(key), family.series.size());
  is_new = inserted;
  if (inserted) family.series.push_back({{values.begin(), values.end()}, {}});
  return family.series[place->second];
}

template <class Value>
Value combined(Combine combine, Value old, Value now) {
  switch (combine) {
    case Combine::sum:
      return old + now;
    case Combine::max:
      return std::max(old, now);
    case Combine::min:
      return std::min(old, now);
    case Combine::latest:
      break;
  }
  return now;
}

std::uint64_t combined_cell(const FamilyDescription& family, std::uint64_t old, std::uint64_t now) {
  if (family.cumulative()) return old + now;
  if (family.number == Number::f64) {
    if (now == 0) return old;  // never set
    if (old == 0) return now;
    return wrm_f64_bits(combined(family.combine, wrm_f64_value(old), wrm_f64_value(now)));
  }
  if (family.number == Number::i64) {
    return static_cast<std::uint64_t>(
        combined(family.combine, static_cast<std::int64_t>(old), static_cast<std::int64_t>(now)));
  }
  return std::max(old, now);
}

}  // namespace

ProgramView::ProgramView(std::vector<SegmentReading> readings) {
  sort_by_age(readings);
  describe(readings);
  for (const SegmentReading& reading : readings) merge(reading);
}

void ProgramView::describe(const std::vector<SegmentReading>& readings) {
  for (auto reading = readings.rbegin(); reading != readings.rend(); ++reading) {
    for (const FamilyDescription& family : reading->image.families()) {
      const auto [place, inserted] = families_.try_emplace(family.name);
      if (inserted) place->second.description = family;
    }
  }
}

void ProgramView::merge(const SegmentReading& reading) {
  const std::vector<FamilyDescription>& described = reading.image.families();
  std::vector<MergedFamily*> targets;
  for (const FamilyDescription& family : described) {
    MergedFamily& target = families_.find(family.name)->second;
    const bool fits = target.description.same_cells(family);
    if (!fits) conflicts_.push_back(family.name);
    targets.push_back(fits ? &target : nullptr);
  }
  reading.image.visit_series([&](const SeriesView& view) {
    MergedFamily* const family = targets[view.family];
    if (family == nullptr) return;
    const bool counts = family->description.cumulative() || (reading.alive && view.live);
    if (!counts) return;
    bool is_new = false;
    MergedSeries& series = series_of(*family, view.values, is_new);
    if (is_new) {
      series.cells.assign(view.cells.begin(), view.cells.end());
      return;
    }
    for (std::size_t i = 0; i < view.cells.size(); ++i) {
      series.cells[i] = combined_cell(family->description, series.cells[i], view.cells[i]);
    }
  });
}

void ProgramView::add_to_counter(std::string_view family, const std::string& value,
                                 std::uint64_t amount) {
  const auto found = families_.find(family);
  if (found == families_.end()) return;
  const std::string_view values[] = {value};
  bool is_new = false;
  MergedSeries& series = series_of(found->second, values, is_new);
  if (is_new) series.cells.assign(1, 0);
  series.cells[0] += amount;
}

}  // namespace whiteroom::monitoring

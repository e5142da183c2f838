#include "whiteroom/monitoring/program_view.h"

#include <algorithm>
#include <cstring>
#include <tuple>
#include <utility>

#include "whiteroom/monitoring/cells.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
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

template <class Value>
Value combined(Aggregation aggregation, Value old, Value now) {
  switch (aggregation) {
    case Aggregation::sum:
      return old + now;
    case Aggregation::max:
      return std::max(old, now);
    case Aggregation::min:
      return std::min(old, now);
    case Aggregation::latest:
      break;
  }
  return now;
}

/// Whether the words of a slot belong together.
bool holds_exemplar(const std::uint64_t* slot) {
  return slot[WRM_EXEMPLAR_CHECK] == wrm_exemplar_check(slot);
}

/// Keep the newer of two exemplars in `old`.
void keep_newer(std::uint64_t* old, const std::uint64_t* now) {
  const bool newer = holds_exemplar(now) && (!holds_exemplar(old) ||
                                             old[WRM_EXEMPLAR_UNIX_NS] < now[WRM_EXEMPLAR_UNIX_NS]);
  if (newer) std::copy_n(now, static_cast<std::size_t>(WRM_EXEMPLAR_CELLS), old);
}

std::uint64_t combined_cell(const FamilyDescription& family, std::uint64_t old, std::uint64_t now) {
  if (family.cumulative()) return old + now;
  if (family.number == Number::f64) {
    if (now == 0) return old;  // never set
    if (old == 0) return now;
    return wrm_f64_bits(combined(family.aggregation, wrm_f64_value(old), wrm_f64_value(now)));
  }
  if (family.number == Number::i64) {
    return static_cast<std::uint64_t>(combined(family.aggregation, static_cast<std::int64_t>(old),
                                               static_cast<std::int64_t>(now)));
  }
  return std::max(old, now);
}

}  // namespace

std::size_t* MergedFamily::find(std::string_view values) {
  if (!indexed_) {
    indexed_ = true;
    for (std::size_t i = 0; i < values_.size(); ++i) places_.emplace(values_[i], i);
  }
  const auto found = places_.find(values);
  return found == places_.end() ? nullptr : &found->second;
}

void MergedFamily::combine(std::uint64_t* old, Span<const std::uint64_t> now) const {
  const std::size_t values = description.value_cells();
  const std::size_t group = description.group_cells();
  for (std::size_t first = 0; first < now.size(); first += group) {
    for (std::size_t i = first; i < first + values; ++i) {
      old[i] = combined_cell(description, old[i], now[i]);
    }
    for (std::size_t i = first + values; i < first + group; i += WRM_EXEMPLAR_CELLS) {
      keep_newer(&old[i], &now[i]);
    }
  }
}

void MergedFamily::add(std::string_view values, Span<const std::uint64_t> cells, bool unique) {
  if (!unique || indexed_) {
    if (const std::size_t* const place = find(values)) {
      return combine(&cells_[*place * stride()], cells);
    }
    places_.emplace(values, values_.size());
  }
  values_.push_back(values);
  cells_.insert(cells_.end(), cells.begin(), cells.end());
}

void MergedFamily::remove(std::string_view values) {
  const auto found = std::find(values_.begin(), values_.end(), values);
  if (found == values_.end()) return;
  const auto first = cells_.begin() + (found - values_.begin()) * static_cast<long>(stride());
  cells_.erase(first, first + static_cast<long>(stride()));
  values_.erase(found);
  places_.clear();
  indexed_ = false;
}

ProgramView::ProgramView(std::vector<SegmentReading> readings) : readings_(std::move(readings)) {
  sort_by_age(readings_);
  for (const SegmentReading& reading : readings_) {
    const std::uint64_t started = reading.image.header().started_unix_ns;
    if (created_unix_ns_ == 0 || started < created_unix_ns_) created_unix_ns_ = started;
  }
  describe();
  for (const SegmentReading& reading : readings_) merge(reading);
}

std::size_t ProgramView::held_bytes() const noexcept {
  std::size_t bytes = 0;
  for (const SegmentReading& reading : readings_) bytes += reading.image.held_bytes();
  for (const auto& [name, family] : families_) bytes += family.held_bytes();
  return bytes;
}

void ProgramView::describe() {
  for (auto reading = readings_.rbegin(); reading != readings_.rend(); ++reading) {
    for (const FamilyDescription& family : reading->image.families()) {
      const auto [place, inserted] = families_.try_emplace(family.name);
      if (inserted) place->second.description = family;
    }
  }
}

void ProgramView::merge(const SegmentReading& reading) {
  const bool first = &reading == &readings_.front();
  std::vector<MergedFamily*> targets;
  for (const FamilyDescription& family : reading.image.families()) {
    MergedFamily& target = families_.find(family.name)->second;
    const bool fits = target.description.same_cells(family);
    if (!fits) conflicts_.push_back(family.name);
    if (fits && first) target.reserve(reading.image.series_count(targets.size()));
    targets.push_back(fits ? &target : nullptr);
  }
  // A segment names a series that is shared by its process once only.
  reading.image.visit_series([&](const SeriesView& series) {
    MergedFamily* const family = targets[series.family];
    if (family == nullptr || departed(reading, series.departure)) return;
    const bool counts = family->description.cumulative() || (reading.alive && series.live);
    if (counts) family->add(series.values, series.cells, first && series.instance == 0);
  });
}

/// Whether a base says that a segment's series with that departure are gone.
bool ProgramView::departed(const SegmentReading& reading, std::uint32_t number) const {
  if (number == 0) return false;
  const Departure departure{reading.image.header().segment_id, number};
  return std::any_of(readings_.begin(), readings_.end(), [&](const SegmentReading& base) {
    const std::vector<Departure>& settled = base.image.departed();
    return base.image.base() &&
           std::find(settled.begin(), settled.end(), departure) != settled.end();
  });
}

void ProgramView::describe_also(const SegmentImage& image) {
  for (const FamilyDescription& family : image.families()) {
    const auto [place, inserted] = families_.try_emplace(family.name);
    if (inserted) place->second.description = family;
  }
}

void ProgramView::add(std::string_view family, std::string_view values,
                      Span<const std::uint64_t> cells) {
  const auto found = families_.find(family);
  if (found == families_.end()) return;
  MergedFamily& target = found->second;
  const bool fits = target.description.cumulative() && cells.size() == target.stride();
  if (fits) target.add(values, cells, false);
}

void ProgramView::remove(std::string_view family, std::string_view values) {
  const auto found = families_.find(family);
  if (found != families_.end()) found->second.remove(values);
}

void ProgramView::add_to_counter(std::string_view family, const std::string& value,
                                 Span<const std::uint64_t> amounts) {
  const auto found = families_.find(family);
  if (found == families_.end() || found->second.description.groups() != amounts.size()) return;
  const auto length = static_cast<std::uint16_t>(value.size());
  std::string& encoded = own_values_.emplace_back(sizeof length, '\0');
  std::memcpy(encoded.data(), &length, sizeof length);
  encoded += value;
  found->second.add(encoded, amounts, false);
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

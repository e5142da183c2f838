#include "series_table.h"

#include <algorithm>
#include <iterator>

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

std::string SeriesTable::encode(Span<const std::string_view> values) {
  std::string encoded;
  for (const std::string_view value : values) {
    const auto length = static_cast<std::uint16_t>(value.size());
    encoded.append(reinterpret_cast<const char*>(&length), sizeof length).append(value);
  }
  return encoded;
}

InstanceSeries* SeriesTable::find(std::uint16_t family, const std::string& values,
                                  std::uint32_t owner) {
  const auto named = names_.find({family, values});
  if (named == names_.end()) return nullptr;
  InstanceSeries* retired = nullptr;
  for (InstanceSeries* const series : named->second) {
    if (series->owner == owner) return series;
    if (series->owner == 0 && (retired == nullptr || series->instance == owner)) retired = series;
  }
  return retired;
}

std::size_t SeriesTable::names(std::uint16_t family) const {
  const auto first = names_.lower_bound({family, {}});
  const auto end = names_.lower_bound({static_cast<std::uint16_t>(family + 1), {}});
  return static_cast<std::size_t>(std::distance(first, end));
}

InstanceSeries* SeriesTable::take_free(std::uint32_t record_bytes, std::uint32_t cells,
                                       std::uint16_t instance) {
  auto best = free_.end();
  for (auto place = free_.begin(); place != free_.end(); ++place) {
    if ((*place)->record_bytes < record_bytes || (*place)->cells != cells) continue;
    if (best == free_.end() || (*place)->instance == instance) best = place;
    if ((*best)->instance == instance) break;
  }
  if (best == free_.end()) return nullptr;
  InstanceSeries* const taken = *best;
  free_.erase(best);
  return taken;
}

InstanceSeries& SeriesTable::add(InstanceSeries series) {
  return series_.emplace_back(std::move(series));
}

void SeriesTable::enter(InstanceSeries& series) {
  names_[{series.family, series.values}].push_back(&series);
}

std::vector<InstanceSeries*> SeriesTable::retire(std::uint32_t owner) {
  std::vector<InstanceSeries*> retired;
  for (InstanceSeries& series : series_) {
    if (series.owner != owner) continue;
    series.owner = 0;
    series.retired_last = ++retirements_;
    retired.push_back(&series);
  }
  return retired;
}

std::vector<InstanceSeries*> SeriesTable::oldest_retired(std::uint16_t family, std::size_t most,
                                                         const std::string& kept) const {
  // When the last of those who recorded under the values retired, and the values' series.
  std::vector<std::pair<std::uint64_t, const std::vector<InstanceSeries*>*>> candidates;
  for (auto named = names_.lower_bound({family, {}});
       named != names_.end() && named->first.first == family; ++named) {
    const auto& [name, all] = *named;
    const auto used = [](const InstanceSeries* series) { return series->owner != 0; };
    if (name.second == kept || std::any_of(all.begin(), all.end(), used)) continue;
    std::uint64_t last = 0;
    for (const InstanceSeries* series : all) last = std::max(last, series->retired_last);
    candidates.emplace_back(last, &all);
  }
  std::sort(candidates.begin(), candidates.end());
  candidates.resize(std::min(candidates.size(), most));
  std::vector<InstanceSeries*> oldest;
  for (const auto& [last, all] : candidates) oldest.insert(oldest.end(), all->begin(), all->end());
  return oldest;
}

void SeriesTable::release(InstanceSeries& series) {
  const auto named = names_.find({series.family, series.values});
  std::erase(named->second, &series);
  if (named->second.empty()) names_.erase(named);
  series.values.clear();
  free_.push_back(&series);
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

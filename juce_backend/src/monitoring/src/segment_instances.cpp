/// Instances: who records into which cells, and which series make room for others.
#include <algorithm>
#include <utility>

#include "label_text.h"
#include "segment_impl.h"
#include "whiteroom/monitoring/fold.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

/// Room for the values of each open label, so that a record can be used again for others.
constexpr std::size_t kLabelBytes = 64;
/// A family at its limit makes room for so many at once: each time the base is written anew.
constexpr std::uint32_t kEvictedShare = 8;

}  // namespace

Instance Segment::Impl::take_instance(std::vector<const FamilySpec*> families) {
  std::size_t record_bytes = 0;
  std::uint32_t count = 0;
  for (const FamilySpec* spec : families) family_index(*spec);
  std::erase_if(families, [](auto* spec) { return spec->writers != Writers::one; });
  for (const FamilySpec* spec : families) {
    if (spec->open_series() != 0) continue;
    record_bytes += sizeof(wrm_series_record);
    count += spec->group_cells() * spec->groups();
  }
  const std::lock_guard lock(mutex_);
  for (std::uint32_t i = 0; i < blocks_.size(); ++i) {
    Block& old = *blocks_[i];
    if (old.in_use || old.lost || old.families != families) continue;
    old.in_use = true;
    for (std::uint32_t record : old.records) {
      set_series_state(memory_.record_at(record), WRM_SERIES_LIVE);
    }
    return {shared_from_this(), i};
  }
  auto block = std::make_unique<Block>();
  block->families = std::move(families);
  block->in_use = true;
  block->lost = !memory_.room_for(record_bytes, count) || blocks_.size() + 1 >= UINT16_MAX;
  const auto number = static_cast<std::uint16_t>(blocks_.size() + 1);
  std::uint64_t* cells = block->lost ? unseen_cells(count, WRM_LOST_SEGMENT_FULL)
                                     : memory_.cell_at(memory_.allocate_cells(count, true));
  for (const FamilySpec* spec : block->families) {
    const bool open = spec->open_series() != 0;
    block->cells.push_back(open ? nullptr : cells);
    if (open) continue;
    if (!block->lost) {
      block->records.push_back(add_series(
          family_index(*spec), number, static_cast<std::uint32_t>(cells - memory_.cell_at(0)), {}));
    }
    cells += spec->group_cells() * spec->groups();
  }
  blocks_.push_back(std::move(block));
  return {shared_from_this(), static_cast<std::uint32_t>(blocks_.size() - 1)};
}

void Segment::Impl::retire(std::uint32_t index) {
  const std::lock_guard lock(mutex_);
  Block& block = *blocks_[index];
  std::vector<std::uint32_t> records = block.records;
  for (const InstanceSeries* series : series_table_.retire(index + 1)) {
    records.push_back(series->record);
  }
  for (std::uint32_t offset : records) {
    std::byte* const record = memory_.record_at(offset);
    set_series_state(record, WRM_SERIES_RETIRED);
    const FamilySpec& spec = *families_[series_family(record)].spec;
    if (spec.type != MetricType::gauge) continue;
    // The next owner must not show what this one has measured.
    std::uint64_t* const cells = memory_.cell_at(series_cell(record));
    for (std::uint32_t group = 0; group < spec.groups(); ++group) wrm_store(&cells[group], 0);
  }
  block.open_counts.clear();
  block.in_use = false;
}

std::uint64_t* Segment::Impl::instance_cells(std::uint32_t index, const FamilySpec& spec) {
  const std::lock_guard lock(mutex_);
  const Block& block = *blocks_[index];
  for (std::size_t i = 0; i < block.families.size(); ++i) {
    if (block.families[i] == &spec && block.cells[i] != nullptr) return block.cells[i];
  }
  throw PreparationError(std::string(spec.name) + ": no realtime family of this instance");
}

std::uint64_t* Segment::Impl::instance_series(std::uint32_t index, const FamilySpec& spec,
                                              Span<const std::string_view> values) {
  const LabelTexts texts(values);
  values = texts.get();
  const std::uint16_t family = family_index(spec);
  check_open_values(spec, values);
  const std::lock_guard lock(mutex_);
  const std::uint32_t count = spec.group_cells() * spec.groups();
  Block& block = *blocks_[index];
  if (block.lost) return unseen_cells(count, WRM_LOST_SEGMENT_FULL);
  const std::uint32_t owner = index + 1;
  const std::string name = SeriesTable::encode(values);
  InstanceSeries* series = series_table_.find(family, name, owner);
  if (series != nullptr && series->owner == owner) return memory_.cell_at(series->cell);
  const std::vector<std::string_view> overflow(values.size(), kOtherSeries);
  const bool full = block.open_counts[family] >= families_[family].series_limit ||
                    (!series_table_.knows(family, name) && !make_room(family));
  if (full) {
    wrm_any_add(&lost_[WRM_LOST_SERIES_LIMIT], 1);
    values = overflow;
    series = series_table_.find(family, SeriesTable::encode(values), owner);
  }
  if (series == nullptr) series = new_series(family, values, owner);
  return series != nullptr ? own(*series, owner) : unseen_cells(count, WRM_LOST_SEGMENT_FULL);
}

std::uint64_t* Segment::Impl::own(InstanceSeries& series, std::uint32_t owner) {
  if (series.owner != owner) {
    series.owner = owner;
    ++blocks_[owner - 1]->open_counts[series.family];
    set_series_state(memory_.record_at(series.record), WRM_SERIES_LIVE);
  }
  return memory_.cell_at(series.cell);
}

/// Return a series that nobody owns yet, or null when the segment is full.
InstanceSeries* Segment::Impl::new_series(std::uint16_t family, Span<const std::string_view> values,
                                          std::uint32_t owner) {
  const FamilySpec& spec = *families_[family].spec;
  const std::uint32_t count = spec.group_cells() * spec.groups();
  const auto number = static_cast<std::uint16_t>(owner);
  const std::size_t needed = series_record(family, number, 0, values).size();
  InstanceSeries* made = series_table_.take_free(static_cast<std::uint32_t>(needed), count, number);
  if (made != nullptr) {
    const RewriteScope rewrite(memory_);
    memory_.reuse_record(made->record, made->record_bytes,
                         series_record(family, number, made->cell, values));
    ++series_count_;
    update_room();
  } else {
    const std::size_t room =
        std::max(needed, sizeof(wrm_series_record) + kLabelBytes * values.size());
    if (!memory_.room_for(room, count)) return nullptr;
    const std::uint32_t cell = chunk_cells(count, *blocks_[owner - 1]);
    made = &series_table_.add({.record = add_series(family, number, cell, values, room),
                               .record_bytes = static_cast<std::uint32_t>(room),
                               .cell = cell,
                               .cells = count,
                               .instance = number});
  }
  made->family = family;
  made->values = SeriesTable::encode(values);
  series_table_.enter(*made);
  return made;
}

/// Take cells that share cache lines with others of the instance, never with another's.
std::uint32_t Segment::Impl::chunk_cells(std::uint32_t count, Block& block) {
  if (block.chunk_cells < count) {
    constexpr std::uint32_t kLine = WRM_CACHE_LINE_BYTES / sizeof(std::uint64_t);
    block.chunk_cells = static_cast<std::uint32_t>(round_up(count, kLine));
    block.chunk = memory_.allocate_cells(block.chunk_cells, true);
  }
  const std::uint32_t cell = block.chunk;
  block.chunk += count;
  block.chunk_cells -= count;
  return cell;
}

/// Return whether a family may have one more value. A family at its limit loses those of which
/// nobody has been the owner for longest; while all have one, the instances' limits hold alone.
bool Segment::Impl::make_room(std::uint16_t family) {
  const std::uint32_t limit = families_[family].series_limit;
  const std::string other = SeriesTable::encode(
      std::vector<std::string_view>(open_labels(*families_[family].spec), kOtherSeries));
  const std::size_t others = series_table_.knows(family, other) ? 1 : 0;
  if (series_table_.names(family) - others < limit) return true;
  const std::vector<InstanceSeries*> leaving =
      series_table_.oldest_retired(family, std::max(1U, limit / kEvictedShare), other);
  if (leaving.empty()) return true;
  if (preparation_.shared && !say_departing(leaving)) return false;
  evict(leaving);
  return true;
}

/// Make the program's base the witness that the series are gone: all at once, also for readers of
/// a process that is killed in the middle.
bool Segment::Impl::say_departing(const std::vector<InstanceSeries*>& leaving) {
  departures_ = (departures_ + 1) & WRM_DEPARTURE_MASK;
  if (departures_ == 0) departures_ = 1;
  for (const InstanceSeries* series : leaving) {
    set_series_state(memory_.record_at(series->record), WRM_SERIES_DEPARTING, departures_);
  }
  const Departure departure{memory_.header()->segment_id, departures_};
  if (settle_departure(options_.directory, options_.program, departure, patience_)) {
    patience_ = kMostPatience;
    return true;
  }
  // A song has many tracks: whoever stands in the way must not hold up each of them.
  patience_ /= 2;
  for (const InstanceSeries* series : leaving) {
    set_series_state(memory_.record_at(series->record), WRM_SERIES_RETIRED);
  }
  return false;
}

void Segment::Impl::evict(const std::vector<InstanceSeries*>& leaving) {
  const RewriteScope rewrite(memory_);
  for (InstanceSeries* const series : leaving) {
    memory_.clear_record(series->record, series->cell, series->cells);
    series_table_.release(*series);
  }
  wrm_any_add(evicted_, leaving.size());
  series_count_ -= static_cast<std::uint32_t>(leaving.size());
  update_room();
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

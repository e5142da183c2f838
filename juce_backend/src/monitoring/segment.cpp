#include "segment.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <mutex>
#include <utility>

#include "cells.h"
#include "fold.h"
#include "fork_guard.h"
#include "generated/self.h"
#include "segment_layout.h"
#include "segment_memory.h"

namespace whiteroom::monitoring {

std::string default_segment_directory() {
  if (const char* named = std::getenv("WHITEROOM_SEGMENTS"); named != nullptr && *named != 0) {
    return named;
  }
  return "/dev/shm/whiteroom-" + std::to_string(getuid());
}

constexpr char kNoRoomAfterFork[] = "no room for the segment of a child process";

/// A declared family and where its series are found.
struct DeclaredFamily {
  const FamilySpec* spec;
  std::uint32_t series_limit;  ///< of open label values, per instance
};

/// The realtime cells of one instance: the families' cells, and room for series of open labels.
struct Block {
  std::vector<const FamilySpec*> families;
  std::vector<std::uint64_t*> cells;   ///< one for each family; null when its labels are open
  std::vector<std::uint32_t> records;  ///< offsets of its series records
  std::map<std::uint16_t, std::uint32_t> open_counts;
  std::uint64_t* chunk = nullptr;  ///< what is left of its latest cache line
  std::uint32_t chunk_cells = 0;
  bool in_use = false;
  bool lost = false;  ///< no room was left: no reader sees its cells
};

class Segment::Impl final : public Forkable {
 public:
  explicit Impl(SegmentOptions options) : options_(std::move(options)) {
    const std::string& program = options_.program;
    if (program.empty() || program.size() >= WRM_PROGRAM_BYTES ||
        program.find_first_of("/.") != std::string::npos) {
      throw PreparationError("program \"" + program + "\": expected 1 to " +
                             std::to_string(WRM_PROGRAM_BYTES - 1) + " characters without / or .");
    }
    if (!options_.shared) options_.directory.clear();
    if (options_.shared && options_.directory.empty()) {
      options_.directory = default_segment_directory();
    }
    declare(self::families(), 1);
  }

  ~Impl();

  void declare(std::span<const FamilySpec> families, std::uint32_t series_limit) {
    if (memory_.allocated()) throw PreparationError("declare: after prepare()");
    for (const FamilySpec& spec : families) {
      const auto index = static_cast<std::uint16_t>(families_.size());
      if (!index_.emplace(spec.name, index).second) {
        throw PreparationError(std::string(spec.name) + ": declared twice");
      }
      const std::uint32_t open = spec.open_series();
      families_.push_back({&spec, series_limit == 0 ? open : std::min(open, series_limit)});
    }
  }

  const Preparation& prepare();
  bool close();

  std::uint64_t* cells(const FamilySpec& spec) {
    const std::uint16_t family = family_index(spec);
    if (spec.open_series() != 0 || spec.writers == Writers::one) {
      throw PreparationError(std::string(spec.name) +
                             ": has open labels or realtime cells; use series() or instance()");
    }
    return shared_cells_[family];
  }

  std::uint64_t* series(const FamilySpec& spec, std::span<const std::string_view> values,
                        std::uint16_t instance, Block* block);
  Instance take_instance(Segment* owner, std::span<const FamilySpec> families);
  void retire(std::uint32_t block);
  Block& block(std::uint32_t index) {
    const std::lock_guard lock(mutex_);
    return *blocks_[index];  // stays where it is when the vector grows
  }

  std::uint64_t* lost() noexcept { return lost_; }
  void count_exposition(std::chrono::nanoseconds took) noexcept {
    wrm_any_add(&expositions_[0], 1);
    wrm_any_add(&expositions_[1], static_cast<std::uint64_t>(took.count()));
  }
  void set_served(bool served) noexcept {
    // Relaxed: it publishes nothing; an agent that sees it one scrape late serves once more.
    __atomic_store_n(&memory_.header()->served, served ? 1U : 0U, __ATOMIC_RELAXED);
  }

  void mark_closed() noexcept { memory_.mark_closed(); }

  void before_fork() override { mutex_.lock(); }
  void after_fork_in_parent() override { mutex_.unlock(); }
  void after_fork_in_child() noexcept override;

  const SegmentOptions& options() const noexcept { return options_; }
  const Preparation& preparation() const noexcept { return preparation_; }
  std::span<const std::byte> bytes() const noexcept { return memory_.bytes(); }

 private:
  std::uint16_t family_index(const FamilySpec& spec) const;
  std::pair<std::size_t, std::size_t> room_needed() const;
  void write_families();
  void set_self_metrics() noexcept;
  void update_room() noexcept;

  std::uint32_t add_series(std::uint16_t family, std::uint16_t instance, std::uint32_t cell,
                           std::span<const std::string_view> values);
  std::uint64_t* unseen_cells(std::uint32_t count, wrm_lost_reason reason);
  std::uint64_t* new_series_cells(std::uint32_t count, Block* block);
  std::uint64_t* known_series(std::uint16_t family, std::uint16_t instance,
                              std::span<const std::string_view> values) const;

  SegmentOptions options_;
  Preparation preparation_;
  std::vector<DeclaredFamily> families_;
  std::map<std::string_view, std::uint16_t> index_;
  std::vector<std::uint64_t*> shared_cells_;
  std::vector<std::uint32_t> shared_open_counts_;
  std::vector<std::unique_ptr<Block>> blocks_;
  SeriesIndex series_index_;
  std::vector<std::unique_ptr<std::uint64_t[]>> unseen_;
  std::mutex mutex_;

  SegmentMemory memory_;
  std::uint64_t no_lost_[WRM_LOST_REASONS] = {};
  std::uint64_t* lost_ = no_lost_;
  std::uint64_t* processes_ = nullptr;
  std::uint64_t* locked_gauge_ = nullptr;
  std::uint64_t* used_gauge_ = nullptr;
  std::uint64_t* series_gauge_ = nullptr;
  std::uint32_t series_count_ = 0;
  std::uint64_t* expositions_ = nullptr;
};

// --- preparation -------------------------------------------------------------------------------

const Preparation& Segment::Impl::prepare() {
  if (memory_.allocated()) throw PreparationError("prepare: called twice");
  const auto [record_bytes, cell_bytes] = room_needed();
  if (options_.shared) {
    preparation_.problem =
        memory_.allocate(options_.directory, options_.program, record_bytes, cell_bytes);
  } else {
    preparation_.problem = "private memory is wanted";
    memory_.allocate_private(options_.program, record_bytes, cell_bytes);
  }
  write_families();
  if (memory_.shared()) preparation_.problem = memory_.publish();
  preparation_.shared = preparation_.problem.empty();
  preparation_.locked = memory_.locked();
  // A child says where its own segment is, without allocating.
  preparation_.path.reserve(SegmentMemory::kPathBytes);
  preparation_.problem.reserve(sizeof kNoRoomAfterFork);
  if (preparation_.shared) memory_.write_path(preparation_.path);
  if (options_.shared) watch_forks(this);
  if (preparation_.shared) fold_program(options_.directory, options_.program);
  return preparation_;
}

std::pair<std::size_t, std::size_t> Segment::Impl::room_needed() const {
  constexpr std::size_t kLabelText = 64;  // reserved for the text of one open label's value
  constexpr std::size_t kLineCells = WRM_CACHE_LINE_BYTES / sizeof(std::uint64_t);
  std::size_t records = 0;
  std::size_t cells = 2 * kLineCells;
  for (const DeclaredFamily& family : families_) {
    const FamilySpec& spec = *family.spec;
    const bool realtime = spec.writers == Writers::one;
    const std::size_t series = family.series_limit == 0 ? 1 : family.series_limit + 1U;
    const std::size_t copies = series * (realtime ? options_.instances : 1);
    const std::size_t text = family.series_limit == 0 ? 0 : kLabelText * spec.labels.size();
    const std::size_t group = std::size_t{spec.group_cells()} * spec.groups();
    records += family_record(spec).size() + copies * (sizeof(wrm_series_record) + text);
    cells += copies * (realtime ? round_up(group, kLineCells) : group);
  }
  return {records, cells * sizeof(std::uint64_t)};
}

void Segment::Impl::write_families() {
  shared_cells_.assign(families_.size(), nullptr);
  shared_open_counts_.assign(families_.size(), 0);
  for (const DeclaredFamily& family : families_) memory_.append_record(family_record(*family.spec));
  for (std::uint16_t i = 0; i < families_.size(); ++i) {
    const FamilySpec& spec = *families_[i].spec;
    if (families_[i].series_limit != 0 || spec.writers == Writers::one) continue;
    const std::uint32_t cell = memory_.allocate_cells(spec.group_cells() * spec.groups(), false);
    add_series(i, 0, cell, {});
    shared_cells_[i] = memory_.cell_at(cell);
  }
  const std::string_view program[] = {options_.program};
  processes_ = series(self::kMonitoringProcesses, program, 0, nullptr);
  locked_gauge_ = series(self::kMonitoringPagesLocked, program, 0, nullptr);
  used_gauge_ = series(self::kMonitoringSegmentUsedRatio, program, 0, nullptr);
  series_gauge_ = series(self::kMonitoringSeries, program, 0, nullptr);
  lost_ = series(self::kMonitoringObservationsLostTotal, program, 0, nullptr);
  expositions_ = series(self::kMonitoringExpositionDurationSeconds, program, 0, nullptr);
  // Exposed from the start, so that its first step from 0 to 1 is an increase.
  series(self::kMonitoringProcessesLostTotal, program, 0, nullptr);
  set_self_metrics();
}

void Segment::Impl::set_self_metrics() noexcept {
  wrm_store(processes_, 1);
  wrm_store(locked_gauge_, wrm_f64_bits(memory_.locked() ? 1 : 0));
  update_room();
}

void Segment::Impl::update_room() noexcept {
  if (used_gauge_ == nullptr || series_gauge_ == nullptr) return;
  wrm_store(used_gauge_, wrm_f64_bits(memory_.used_ratio()));
  wrm_store(series_gauge_, wrm_f64_bits(series_count_));
}

// --- series ------------------------------------------------------------------------------------

std::uint16_t Segment::Impl::family_index(const FamilySpec& spec) const {
  if (!memory_.allocated()) {
    throw PreparationError(std::string(spec.name) + ": asked for before prepare()");
  }
  const auto found = index_.find(spec.name);
  if (found == index_.end()) {
    throw PreparationError(std::string(spec.name) + ": not declared in the segment of " +
                           options_.program);
  }
  return found->second;
}

std::uint32_t Segment::Impl::add_series(std::uint16_t family, std::uint16_t instance,
                                        std::uint32_t cell,
                                        std::span<const std::string_view> values) {
  const std::uint32_t offset = memory_.append_record(series_record(family, instance, cell, values));
  if (!values.empty()) series_index_.insert(series_hash(family, instance, values), offset);
  ++series_count_;
  update_room();
  return offset;
}

std::uint64_t* Segment::Impl::known_series(std::uint16_t family, std::uint16_t instance,
                                           std::span<const std::string_view> values) const {
  const std::uint32_t* const offset =
      series_index_.find(series_hash(family, instance, values), [&](std::uint32_t candidate) {
        return series_matches(memory_.record_at(candidate), family, instance, values);
      });
  return offset == nullptr ? nullptr : memory_.cell_at(series_cell(memory_.record_at(*offset)));
}

/// Cells that work but that no reader sees; the loss is counted.
std::uint64_t* Segment::Impl::unseen_cells(std::uint32_t count, wrm_lost_reason reason) {
  wrm_any_add(&lost_[reason], 1);
  unseen_.push_back(std::make_unique<std::uint64_t[]>(count));
  return unseen_.back().get();
}

std::uint64_t* Segment::Impl::new_series_cells(std::uint32_t count, Block* block) {
  if (block == nullptr) return memory_.cell_at(memory_.allocate_cells(count, false));
  // Series of one instance share cache lines with each other, never with another's.
  if (block->chunk_cells < count) {
    constexpr std::uint32_t kLine = WRM_CACHE_LINE_BYTES / sizeof(std::uint64_t);
    block->chunk_cells = static_cast<std::uint32_t>(round_up(count, kLine));
    block->chunk = memory_.cell_at(memory_.allocate_cells(block->chunk_cells, true));
  }
  std::uint64_t* const cells = block->chunk;
  block->chunk += count;
  block->chunk_cells -= count;
  return cells;
}

std::uint64_t* Segment::Impl::series(const FamilySpec& spec,
                                     std::span<const std::string_view> values,
                                     std::uint16_t instance, Block* block) {
  const std::uint16_t family = family_index(spec);
  const auto open = static_cast<std::size_t>(
      std::count_if(spec.labels.begin(), spec.labels.end(), [](auto& l) { return l.open(); }));
  if (open == 0 || open != values.size()) {
    throw PreparationError(std::string(spec.name) + ": " + std::to_string(values.size()) +
                           " values for its " + std::to_string(open) + " open labels");
  }
  const std::lock_guard lock(mutex_);
  const std::uint32_t count = spec.group_cells() * spec.groups();
  if (block != nullptr && block->lost) return unseen_cells(count, WRM_LOST_SEGMENT_FULL);
  if (std::uint64_t* const cells = known_series(family, instance, values)) return cells;
  std::uint32_t& used = block == nullptr ? shared_open_counts_[family] : block->open_counts[family];
  std::vector<std::string_view> overflow;
  if (used >= families_[family].series_limit) {
    wrm_any_add(&lost_[WRM_LOST_SERIES_LIMIT], 1);
    overflow.assign(open, kOtherSeries);
    values = overflow;
    if (std::uint64_t* const cells = known_series(family, instance, values)) return cells;
  }
  const std::size_t record_bytes = series_record(family, instance, 0, values).size();
  if (!memory_.room_for(record_bytes, count)) return unseen_cells(count, WRM_LOST_SEGMENT_FULL);
  std::uint64_t* const cells = new_series_cells(count, block);
  const std::uint32_t record =
      add_series(family, instance, static_cast<std::uint32_t>(cells - memory_.cell_at(0)), values);
  if (block != nullptr) block->records.push_back(record);
  ++used;
  return cells;
}

// --- instances ---------------------------------------------------------------------------------

Instance Segment::Impl::take_instance(Segment* owner, std::span<const FamilySpec> families) {
  std::vector<const FamilySpec*> wanted;
  std::size_t record_bytes = 0;
  std::uint32_t count = 0;
  for (const FamilySpec& spec : families) {
    family_index(spec);
    if (spec.writers != Writers::one) continue;
    wanted.push_back(&spec);
    if (spec.open_series() != 0) continue;
    record_bytes += sizeof(wrm_series_record);
    count += spec.group_cells() * spec.groups();
  }
  const std::lock_guard lock(mutex_);
  for (std::uint32_t i = 0; i < blocks_.size(); ++i) {
    Block& old = *blocks_[i];
    if (old.in_use || old.lost || old.families != wanted) continue;
    old.in_use = true;
    for (std::uint32_t record : old.records) {
      set_series_state(memory_.record_at(record), WRM_SERIES_LIVE);
    }
    return {owner, i};
  }
  auto block = std::make_unique<Block>();
  block->families = wanted;
  block->in_use = true;
  block->lost = !memory_.room_for(record_bytes, count) || blocks_.size() + 1 >= UINT16_MAX;
  const auto number = static_cast<std::uint16_t>(blocks_.size() + 1);
  std::uint64_t* cells = block->lost ? unseen_cells(count, WRM_LOST_SEGMENT_FULL)
                                     : memory_.cell_at(memory_.allocate_cells(count, true));
  for (const FamilySpec* spec : wanted) {
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
  return {owner, static_cast<std::uint32_t>(blocks_.size() - 1)};
}

void Segment::Impl::retire(std::uint32_t index) {
  const std::lock_guard lock(mutex_);
  Block& block = *blocks_[index];
  for (std::uint32_t offset : block.records) {
    std::byte* const record = memory_.record_at(offset);
    set_series_state(record, WRM_SERIES_RETIRED);
    const FamilySpec& spec = *families_[series_family(record)].spec;
    if (spec.type != MetricType::gauge) continue;
    // The next owner must not show what this one has measured.
    std::uint64_t* const cells = memory_.cell_at(series_cell(record));
    for (std::uint32_t group = 0; group < spec.groups(); ++group) wrm_store(&cells[group], 0);
  }
  block.in_use = false;
}

// --- end and fork ------------------------------------------------------------------------------

Segment::Impl::~Impl() {
  if (!memory_.allocated()) return;
  unwatch_forks(this);
}

/// Return whether there was something to close.
bool Segment::Impl::close() {
  unwatch_forks(this);
  const std::lock_guard lock(mutex_);
  if (!preparation_.shared) return false;
  memory_.close_file();
  preparation_.shared = false;
  preparation_.problem = "the segment is closed";
  return true;
}

void Segment::Impl::after_fork_in_child() noexcept {
  memory_.replace_after_fork();
  if (preparation_.shared && !memory_.shared()) {
    preparation_.shared = false;
    preparation_.path.clear();
    preparation_.problem = kNoRoomAfterFork;
  }
  if (preparation_.shared) memory_.write_path(preparation_.path);
  preparation_.locked = memory_.locked();
  set_self_metrics();
  mutex_.unlock();
}

// --- the public faces --------------------------------------------------------------------------

Segment::Segment(SegmentOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Segment::~Segment() { close(); }
void Segment::close() {
  // The segment's lock is given back: it is for whoever folds it, so do it here.
  if (impl_->close()) fold_program(directory(), program());
}
void Segment::declare(std::span<const FamilySpec> families) { impl_->declare(families, 0); }
const Preparation& Segment::prepare() { return impl_->prepare(); }
const Preparation& Segment::preparation() const noexcept { return impl_->preparation(); }
std::uint64_t* Segment::cells(const FamilySpec& family) { return impl_->cells(family); }
std::uint64_t* Segment::series(const FamilySpec& family, std::span<const std::string_view> values) {
  return impl_->series(family, values, 0, nullptr);
}
Instance Segment::instance(std::span<const FamilySpec> families) {
  return impl_->take_instance(this, families);
}
std::uint64_t* Segment::lost() noexcept { return impl_->lost(); }
void Segment::count_exposition(std::chrono::nanoseconds took) noexcept {
  impl_->count_exposition(took);
}
void Segment::set_served(bool served) noexcept { impl_->set_served(served); }
void Segment::mark_closed() noexcept { impl_->mark_closed(); }
const std::string& Segment::program() const noexcept { return impl_->options().program; }
const std::string& Segment::directory() const noexcept { return impl_->options().directory; }
std::span<const std::byte> Segment::bytes() const noexcept { return impl_->bytes(); }
std::span<const std::byte> Segment::unshared_bytes() const noexcept {
  return preparation().shared ? std::span<const std::byte>{} : bytes();
}

Instance::Instance(Instance&& other) noexcept
    : segment_(std::exchange(other.segment_, nullptr)), block_(other.block_) {}
Instance& Instance::operator=(Instance&& other) noexcept {
  std::swap(segment_, other.segment_);
  std::swap(block_, other.block_);
  return *this;
}
Instance::~Instance() {
  if (segment_ != nullptr) segment_->impl_->retire(block_);
}
std::uint64_t* Instance::cells(const FamilySpec& family) const {
  const Block& block = segment_->impl_->block(block_);
  for (std::size_t i = 0; i < block.families.size(); ++i) {
    if (block.families[i] == &family && block.cells[i] != nullptr) return block.cells[i];
  }
  throw PreparationError(std::string(family.name) + ": no realtime family of this instance");
}
std::uint64_t* Instance::series(const FamilySpec& family,
                                std::span<const std::string_view> values) const {
  return segment_->impl_->series(family, values, static_cast<std::uint16_t>(block_ + 1),
                                 &segment_->impl_->block(block_));
}

}  // namespace whiteroom::monitoring

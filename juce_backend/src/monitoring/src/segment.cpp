#include "whiteroom/monitoring/segment.h"

#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "closed_segments.h"
#include "label_text.h"
#include "segment_directory.h"
#include "segment_impl.h"
#include "whiteroom/monitoring/fold.h"
#include "whiteroom/monitoring/generated/self.h"
#include "whiteroom/monitoring/lost.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

std::string default_segment_directory() {
  if (const char* named = std::getenv("WHITEROOM_SEGMENTS"); named != nullptr && *named != 0) {
    return named;
  }
  return "/dev/shm/whiteroom-" + std::to_string(getuid());
}

constexpr char kNoRoomAfterFork[] = "no room for the segment of a child process";

Segment::Impl::Impl(SegmentOptions options) : options_(std::move(options)) {
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

// --- preparation -------------------------------------------------------------------------------

void Segment::Impl::declare(Span<const FamilySpec> families, std::uint32_t series_limit) {
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

const Preparation& Segment::Impl::prepare() {
  if (memory_.allocated()) throw PreparationError("prepare: called twice");
  const SegmentRoom most = most_room();
  const SegmentRoom first = first_room();
  if (options_.shared) {
    // What the dead have left is not needed where they left it. Elsewhere whoever scrapes folds it.
    if (is_short_of_room(options_.directory)) fold_program(options_.directory, options_.program);
    preparation_.problem = memory_.allocate(options_.directory, options_.program, most, first);
  } else {
    preparation_.problem = "private memory is wanted";
  }
  if (!memory_.allocated()) memory_.allocate_private(options_.program, most, first);
  write_families();
  if (memory_.shared()) preparation_.problem = memory_.publish();
  preparation_.shared = preparation_.problem.empty();
  preparation_.locked = memory_.locked();
  // A child says where its own segment is, without allocating.
  preparation_.path.reserve(SegmentMemory::kPathBytes);
  preparation_.problem.reserve(sizeof kNoRoomAfterFork);
  if (preparation_.shared) memory_.write_path(preparation_.path);
  if (options_.shared) watch_forks(this);
  return preparation_;
}

SegmentRoom Segment::Impl::first_room() const {
  SegmentRoom room{0, 2 * WRM_CACHE_LINE_BYTES};
  for (const DeclaredFamily& family : families_) {
    const FamilySpec& spec = *family.spec;
    room.records += family_record(spec).size();
    if (family.series_limit != 0 || spec.writers == Writers::one) continue;
    room.records += sizeof(wrm_series_record);
    room.cells += std::size_t{spec.group_cells()} * spec.groups() * sizeof(std::uint64_t);
  }
  if (!events_.empty()) {
    room.records += first_log_records();
    room.cells += WRM_LOG_RING_CELLS * sizeof(std::uint64_t) + 2 * WRM_CACHE_LINE_BYTES;
  }
  return room;
}

SegmentRoom Segment::Impl::most_room() const {
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
  if (!events_.empty()) {
    records += first_log_records() + most_log_records();
    cells += WRM_LOG_RING_CELLS + 2 * kLineCells;
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
  if (!events_.empty()) write_log();
  const std::string_view program[] = {options_.program};
  processes_ = series(self::kMonitoringProcesses, program);
  locked_gauge_ = series(self::kMonitoringPagesLocked, program);
  used_gauge_ = series(self::kMonitoringSegmentUsedRatio, program);
  series_gauge_ = series(self::kMonitoringSeries, program);
  lost_ = series(self::kMonitoringObservationsLostTotal, program);
  expositions_ = series(self::kMonitoringExpositionDurationSeconds, program);
  evicted_ = series(self::kMonitoringSeriesEvictedTotal, program);
  // Exposed from the start, so that its first step from 0 to 1 is an increase.
  series(self::kMonitoringProcessesLostTotal, program);
  take_process_losses();
  set_self_metrics();
}

/// Count what was lost in this process while it had no segment, or in segments that have ended, and
/// from now on what is lost by those who know no segment.
void Segment::Impl::take_process_losses() noexcept {
  for (std::size_t reason = 0; reason < WRM_LOST_REASONS; ++reason) {
    // Relaxed: a count by itself.
    const std::uint64_t before =
        __atomic_exchange_n(&detail::lost_without_segment[reason], 0, __ATOMIC_RELAXED);
    wrm_any_add(&lost_[reason], before);
  }
  wrm_any_add(&lost_[WRM_LOST_SEGMENT_CLOSED], take_closed_writes());
  // Release: who counts there finds the segment prepared.
  detail::process_lost.store(lost_, std::memory_order_release);
}

/// Let what is lost from now on wait for the next segment.
void Segment::Impl::leave_process_losses() noexcept {
  std::uint64_t* mine = lost_;
  detail::process_lost.compare_exchange_strong(mine, detail::lost_without_segment.data());
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

std::uint64_t* Segment::Impl::cells(const FamilySpec& spec) {
  const std::uint16_t family = family_index(spec);
  if (spec.open_series() != 0 || spec.writers == Writers::one) {
    throw PreparationError(std::string(spec.name) +
                           ": has open labels or realtime cells; use series() or instance()");
  }
  return shared_cells_[family];
}

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
                                        std::uint32_t cell, Span<const std::string_view> values,
                                        std::size_t record_bytes) {
  std::vector<std::byte> record = series_record(family, instance, cell, values);
  pad_record(record, record_bytes);
  const std::uint32_t offset = memory_.append_record(record);
  if (instance == 0 && !values.empty()) series_index_.insert(series_hash(family, values), offset);
  ++series_count_;
  update_room();
  return offset;
}

std::uint64_t* Segment::Impl::known_series(std::uint16_t family,
                                           Span<const std::string_view> values) const {
  const std::uint32_t* const offset =
      series_index_.find(series_hash(family, values), [&](std::uint32_t candidate) {
        return series_matches(memory_.record_at(candidate), family, values);
      });
  return offset == nullptr ? nullptr : memory_.cell_at(series_cell(memory_.record_at(*offset)));
}

/// Cells that work but that no reader sees; the loss is counted.
std::uint64_t* Segment::Impl::unseen_cells(std::uint32_t count, wrm_lost_reason reason) {
  wrm_any_add(&lost_[reason], 1);
  // Kept for good, as all cells are: a handle of them may be used as long as the process lives.
  static std::mutex mutex;
  static auto& kept = *new std::vector<std::unique_ptr<std::uint64_t[]>>;
  const std::lock_guard lock(mutex);
  return kept.emplace_back(std::make_unique<std::uint64_t[]>(count)).get();
}

std::size_t open_labels(const FamilySpec& spec) noexcept {
  return static_cast<std::size_t>(
      std::count_if(spec.labels.begin(), spec.labels.end(), [](auto& l) { return l.open(); }));
}

void check_open_values(const FamilySpec& spec, Span<const std::string_view> values) {
  const std::size_t open = open_labels(spec);
  if (open != 0 && open == values.size()) return;
  throw PreparationError(std::string(spec.name) + ": " + std::to_string(values.size()) +
                         " values for its " + std::to_string(open) + " open labels");
}

std::uint64_t* Segment::Impl::series(const FamilySpec& spec, Span<const std::string_view> values) {
  const LabelTexts texts(values);
  values = texts.get();
  const std::uint16_t family = family_index(spec);
  check_open_values(spec, values);
  const std::lock_guard lock(mutex_);
  if (std::uint64_t* const cells = known_series(family, values)) return cells;
  const std::uint32_t count = spec.group_cells() * spec.groups();
  std::uint32_t& used = shared_open_counts_[family];
  std::vector<std::string_view> overflow;
  if (used >= families_[family].series_limit) {
    wrm_any_add(&lost_[WRM_LOST_SERIES_LIMIT], 1);
    overflow.assign(values.size(), kOtherSeries);
    values = overflow;
    if (std::uint64_t* const cells = known_series(family, values)) return cells;
  }
  const std::size_t record_bytes = series_record(family, 0, 0, values).size();
  if (!memory_.room_for(record_bytes, count)) return unseen_cells(count, WRM_LOST_SEGMENT_FULL);
  const std::uint32_t cell = memory_.allocate_cells(count, false);
  add_series(family, 0, cell, values);
  ++used;
  return memory_.cell_at(cell);
}

// --- end and fork ------------------------------------------------------------------------------

Segment::Impl::~Impl() {
  if (!memory_.allocated()) return;
  unwatch_forks(this);
  leave_process_losses();
}

/// Return whether there was something to close.
bool Segment::Impl::close() {
  unwatch_forks(this);
  // What others log meanwhile is left for whoever folds the segment.
  if (!log_.file.empty()) drain_log();
  const std::scoped_lock lock(log_mutex_, mutex_);
  leave_process_losses();
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
  log_mutex_.unlock();
}

// --- the public faces --------------------------------------------------------------------------

Segment::Segment(SegmentOptions options) : impl_(std::make_shared<Impl>(std::move(options))) {}
Segment::~Segment() { close(); }
void Segment::close() {
  // The segment's lock is given back: it is for whoever folds it, so do it here.
  if (impl_->close()) fold_program(directory(), program());
}
void Segment::declare(Span<const FamilySpec> families) { impl_->declare(families, 0); }
void Segment::declare(Span<const LogEventSpec> events) { impl_->declare(events); }
EventLog Segment::log() const { return EventLog(impl_->log()); }
wrm_log Segment::log_cells() const { return impl_->log(); }
LogText Segment::log_text(std::string_view text) { return impl_->log_text(text); }
void Segment::set_log_file(const std::string& path) { impl_->set_log_file(path); }
std::string Segment::log_file() const { return impl_->log_file(); }
std::size_t Segment::drain_log() { return impl_->drain_log(); }
std::size_t Segment::drain_log(const std::function<bool(std::string_view)>& write) {
  return impl_->drain_log(write);
}
const Preparation& Segment::prepare() { return impl_->prepare(); }
const Preparation& Segment::preparation() const noexcept { return impl_->preparation(); }
std::uint64_t* Segment::cells(const FamilySpec& family) { return impl_->cells(family); }
std::uint64_t* Segment::series(const FamilySpec& family, Span<const std::string_view> values) {
  return impl_->series(family, values);
}
Instance Segment::instance(Span<const FamilySpec> families) {
  std::vector<const FamilySpec*> wanted;
  for (const FamilySpec& family : families) wanted.push_back(&family);
  return impl_->take_instance(std::move(wanted));
}
Instance Segment::instance(std::initializer_list<const FamilySpec*> families) {
  return impl_->take_instance(families);
}
std::uint64_t* Segment::lost() noexcept { return impl_->lost(); }
void Segment::count_exposition(std::chrono::nanoseconds took) noexcept {
  impl_->count_exposition(took);
}
void Segment::set_served(bool served) noexcept { impl_->set_served(served); }
void Segment::mark_closed(bool closed) noexcept { impl_->mark_closed(closed); }
const std::string& Segment::program() const noexcept { return impl_->options().program; }
const std::string& Segment::directory() const noexcept { return impl_->options().directory; }
Span<const std::byte> Segment::bytes() const noexcept { return impl_->bytes(); }
Span<const std::byte> Segment::unshared_bytes() const noexcept {
  return preparation().shared ? Span<const std::byte>{} : bytes();
}

Instance& Instance::operator=(Instance&& other) noexcept {
  std::swap(segment_, other.segment_);
  std::swap(block_, other.block_);
  return *this;
}
Instance::~Instance() {
  if (segment_ != nullptr) segment_->retire(block_);
}
Segment::Impl& Instance::segment() const {
  if (segment_ == nullptr) throw PreparationError("an instance of no segment has no cells");
  return *segment_;
}
std::uint64_t* Instance::cells(const FamilySpec& family) const {
  return segment().instance_cells(block_, family);
}
std::uint64_t* Instance::series(const FamilySpec& family,
                                Span<const std::string_view> values) const {
  return segment().instance_series(block_, family, values);
}
Instance Instance::sibling(std::initializer_list<const FamilySpec*> families) const {
  return segment().take_instance(families);
}

std::uint64_t* SeriesSource::series(const FamilySpec& family,
                                    Span<const std::string_view> values) const {
  if (segment_ == nullptr) throw PreparationError("an instance of no segment has no cells");
  return of_instance_ ? segment_->instance_series(block_, family, values)
                      : segment_->series(family, values);
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

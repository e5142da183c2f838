#include "segment.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <random>
#include <utility>

#include "cells.h"
#include "fold.h"
#include "generated/self.h"
#include "segment_directory.h"
#include "segment_layout.h"

namespace whiteroom::monitoring {
namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kPathBytes = 512;
constexpr std::size_t kMostSegments = 16;

std::uint64_t unix_ns() noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec);
}

std::string words_of(int error) { return std::strerror(error); }

/// Append text to a fixed buffer without allocating, so that it may be used after fork().
class FixedText {
 public:
  FixedText& operator<<(std::string_view text) noexcept {
    for (char c : text) {
      if (length_ + 1 < sizeof text_) text_[length_++] = c;
    }
    text_[length_] = 0;
    return *this;
  }
  FixedText& number(std::uint64_t value, unsigned base) noexcept {
    char digits[24];
    std::size_t count = 0;
    do {
      digits[count++] = "0123456789abcdef"[value % base];
      value /= base;
    } while (value != 0);
    while (count != 0) *this << std::string_view(&digits[--count], 1);
    return *this;
  }
  const char* c_str() const noexcept { return text_; }

 private:
  char text_[kPathBytes] = {};
  std::size_t length_ = 0;
};

}  // namespace

std::string default_segment_directory() {
  if (const char* named = std::getenv("WHITEROOM_SEGMENTS"); named != nullptr && *named != 0) {
    return named;
  }
  return "/dev/shm/whiteroom-" + std::to_string(getuid());
}

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

class Segment::Impl {
 public:
  explicit Impl(SegmentOptions options) : options_(std::move(options)) {
    const std::string& program = options_.program;
    if (program.empty() || program.size() >= WRM_PROGRAM_BYTES ||
        program.find_first_of("/.") != std::string::npos) {
      throw PreparationError("program \"" + program + "\": expected 1 to " +
                             std::to_string(WRM_PROGRAM_BYTES - 1) + " characters without / or .");
    }
    if (options_.directory.empty()) options_.directory = default_segment_directory();
    declare(self::families(), 1);
  }

  ~Impl();

  void declare(std::span<const FamilySpec> families, std::uint32_t series_limit) {
    if (memory_ != nullptr) throw PreparationError("declare: after prepare()");
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

  std::uint64_t* cells(const FamilySpec& spec) {
    const std::uint16_t family = family_index(spec);
    if (spec.open_series() != 0 || spec.thread == Thread::realtime) {
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
  void set_served(bool served) noexcept {
    __atomic_store_n(&header()->served, served ? 1U : 0U, __ATOMIC_RELAXED);
  }

  void before_fork() { mutex_.lock(); }
  void after_fork_in_parent() { mutex_.unlock(); }
  void after_fork_in_child() noexcept;

  const SegmentOptions& options() const noexcept { return options_; }
  const Preparation& preparation() const noexcept { return preparation_; }
  std::span<const std::byte> bytes() const noexcept { return {memory_, size_}; }

 private:
  wrm_segment_header* header() const noexcept {
    return reinterpret_cast<wrm_segment_header*>(memory_);
  }
  std::uint64_t* cell_at(std::uint32_t index) const noexcept {
    return reinterpret_cast<std::uint64_t*>(memory_ + header()->cells_offset) + index;
  }
  std::uint16_t family_index(const FamilySpec& spec) const;
  void plan(std::size_t& record_bytes, std::size_t& cell_bytes) const;
  void map_memory();
  bool map_shared(std::string& problem);
  void write_header(wrm_segment_header* header, std::uint64_t id) const noexcept;
  void write_families();
  void set_self_metrics(bool locked) noexcept;
  bool lock_pages() noexcept { return mlock(memory_, size_) == 0; }
  FixedText file_name(std::uint64_t id, std::string_view suffix) const noexcept;

  std::uint32_t append_record(std::span<const std::byte> record);
  bool room_for(std::size_t record_bytes, std::size_t cells) const noexcept;
  std::uint32_t allocate_cells(std::uint32_t count, bool own_lines);
  std::uint32_t add_series(std::uint16_t family, std::uint16_t instance, std::uint32_t cell,
                           std::span<const std::string_view> values);
  std::uint64_t* unseen_cells(std::uint32_t count, wrm_lost_reason reason);
  std::uint64_t* new_series_cells(std::uint32_t count, Block* block);
  const std::uint32_t* find_series(std::uint16_t family, std::uint16_t instance,
                                   std::span<const std::string_view> values) const;
  void update_used_ratio() noexcept;

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

  std::byte* memory_ = nullptr;
  std::size_t size_ = 0;
  std::size_t records_capacity_ = 0;
  std::size_t cells_capacity_ = 0;
  int file_ = -1;
  std::uint64_t id_ = 0;
  std::uint64_t no_lost_[WRM_LOST_REASONS] = {};
  std::uint64_t* lost_ = no_lost_;
  std::uint64_t* processes_ = nullptr;
  std::uint64_t* locked_gauge_ = nullptr;
  std::uint64_t* used_gauge_ = nullptr;
};

namespace {

/// The prepared segments of this process, for the fork handlers. Fixed, so that the handler in the
/// child touches no allocator.
struct ForkRegistry {
  std::mutex mutex;
  Segment::Impl* segments[kMostSegments] = {};
};

ForkRegistry& fork_registry() {
  static ForkRegistry& registry = *new ForkRegistry;  // outlives every static segment
  return registry;
}

void before_fork() {
  fork_registry().mutex.lock();
  for (Segment::Impl* segment : fork_registry().segments) {
    if (segment != nullptr) segment->before_fork();
  }
}

void after_fork_in_parent() {
  for (Segment::Impl* segment : fork_registry().segments) {
    if (segment != nullptr) segment->after_fork_in_parent();
  }
  fork_registry().mutex.unlock();
}

void after_fork_in_child() {
  for (Segment::Impl* segment : fork_registry().segments) {
    if (segment != nullptr) segment->after_fork_in_child();
  }
  fork_registry().mutex.unlock();
}

void register_for_fork(Segment::Impl* segment) {
  static const int installed =
      pthread_atfork(before_fork, after_fork_in_parent, after_fork_in_child);
  (void)installed;
  const std::lock_guard lock(fork_registry().mutex);
  auto& segments = fork_registry().segments;
  auto* const place = std::find(std::begin(segments), std::end(segments), nullptr);
  if (place == std::end(segments)) {
    throw PreparationError("more than " + std::to_string(kMostSegments) +
                           " segments in one process");
  }
  *place = segment;
}

void unregister_for_fork(Segment::Impl* segment) {
  const std::lock_guard lock(fork_registry().mutex);
  for (Segment::Impl*& place : fork_registry().segments) {
    if (place == segment) place = nullptr;
  }
}

}  // namespace

// --- preparation -------------------------------------------------------------------------------

const Preparation& Segment::Impl::prepare() {
  if (memory_ != nullptr) throw PreparationError("prepare: called twice");
  plan(records_capacity_, cells_capacity_);
  size_ = WRM_HEADER_BYTES + records_capacity_ + cells_capacity_;
  std::random_device random;
  id_ = (static_cast<std::uint64_t>(random()) << 32) | random();
  if (!map_shared(preparation_.problem)) map_memory();
  preparation_.shared = file_ >= 0;
  register_for_fork(this);
  if (preparation_.shared) fold_program(options_.directory, options_.program);
  return preparation_;
}

void Segment::Impl::plan(std::size_t& record_bytes, std::size_t& cell_bytes) const {
  constexpr std::size_t kLabelText = 64;  // room that is reserved for the text of one open label
  std::size_t records = 0;
  std::size_t cells = 0;
  for (const DeclaredFamily& family : families_) {
    const FamilySpec& spec = *family.spec;
    records += family_record(spec).size();
    const std::size_t copies = spec.thread == Thread::realtime ? options_.instances : 1;
    const std::size_t series = family.series_limit == 0 ? 1 : family.series_limit + 1U;
    const std::size_t text = family.series_limit == 0 ? 0 : kLabelText * spec.labels.size();
    records += copies * series * (sizeof(wrm_series_record) + text);
    // Realtime cells start on a cache line of their own: at most one line more for each series.
    const std::size_t group = std::size_t{spec.group_cells()} * spec.groups();
    cells += copies * series * group + copies * (spec.thread == Thread::realtime ? 8 : 0);
  }
  record_bytes = round_up(records, kPageBytes);
  cell_bytes = round_up(cells * sizeof(std::uint64_t), kPageBytes);
}

void Segment::Impl::map_memory() {
  void* const memory =
      mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw PreparationError("segment: " + words_of(errno));
  memory_ = static_cast<std::byte*>(memory);
  std::memset(memory_, 0, size_);
  write_header(header(), id_);
  preparation_.locked = lock_pages();
  write_families();
}

FixedText Segment::Impl::file_name(std::uint64_t id, std::string_view suffix) const noexcept {
  FixedText name;
  name << options_.directory << "/" << options_.program << ".";
  name.number(static_cast<std::uint64_t>(getpid()), 10) << ".";
  name.number(id, 16) << suffix;
  return name;
}

bool Segment::Impl::map_shared(std::string& problem) {
  problem = prepare_segment_directory(options_.directory);
  if (!problem.empty()) return false;
  if (options_.directory.size() + options_.program.size() + 64 > kPathBytes) {
    problem = options_.directory + ": the path is too long";
    return false;
  }
  const FixedText building = file_name(id_, ".new");
  const int file = open(building.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (file < 0) {
    problem = std::string(building.c_str()) + ": " + words_of(errno);
    return false;
  }
  // A full memory file system must fail here, not by SIGBUS when a page is first touched.
  const int full = posix_fallocate(file, 0, static_cast<off_t>(size_));
  void* const memory =
      full != 0 ? MAP_FAILED
                : mmap(nullptr, size_, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, file, 0);
  if (memory == MAP_FAILED || flock(file, LOCK_EX | LOCK_NB) != 0) {
    problem = options_.directory + ": no room for " + std::to_string(size_) +
              " bytes of metrics: " + words_of(full != 0 ? full : errno);
    unlink(building.c_str());
    close(file);
    return false;
  }
  memory_ = static_cast<std::byte*>(memory);
  file_ = file;
  write_header(header(), id_);
  preparation_.locked = lock_pages();
  write_families();
  const FixedText name = file_name(id_, ".seg");
  preparation_.path = name.c_str();
  // Readers see a segment only when it is whole and its lock is held.
  if (rename(building.c_str(), name.c_str()) != 0) {
    throw PreparationError(preparation_.path + ": " + words_of(errno));
  }
  return true;
}

void Segment::Impl::write_header(wrm_segment_header* header, std::uint64_t id) const noexcept {
  std::memcpy(header->magic, WRM_MAGIC, sizeof header->magic);
  header->version = WRM_FORMAT_VERSION;
  header->byte_order = WRM_BYTE_ORDER;
  header->segment_bytes = size_;
  header->segment_id = id;
  header->started_unix_ns = unix_ns();
  header->records_offset = WRM_HEADER_BYTES;
  header->records_capacity = records_capacity_;
  header->cells_offset = WRM_HEADER_BYTES + records_capacity_;
  header->cells_capacity = cells_capacity_;
  header->pid = static_cast<std::uint32_t>(getpid());
  header->kind = WRM_KIND_PROCESS;
  std::memcpy(header->program, options_.program.data(), options_.program.size());
}

void Segment::Impl::write_families() {
  shared_cells_.assign(families_.size(), nullptr);
  shared_open_counts_.assign(families_.size(), 0);
  for (const DeclaredFamily& family : families_) append_record(family_record(*family.spec));
  for (std::uint16_t i = 0; i < families_.size(); ++i) {
    const FamilySpec& spec = *families_[i].spec;
    if (families_[i].series_limit != 0 || spec.thread == Thread::realtime) continue;
    const std::uint32_t cell = allocate_cells(spec.group_cells() * spec.groups(), false);
    add_series(i, 0, cell, {});
    shared_cells_[i] = cell_at(cell);
  }
  const std::string_view program[] = {options_.program};
  processes_ = series(self::kMonitoringProcesses, program, 0, nullptr);
  locked_gauge_ = series(self::kMonitoringPagesLocked, program, 0, nullptr);
  used_gauge_ = series(self::kMonitoringSegmentUsedRatio, program, 0, nullptr);
  lost_ = series(self::kMonitoringObservationsLostTotal, program, 0, nullptr);
  // Exposed from the start, so that its first step from 0 to 1 is an increase.
  series(self::kMonitoringProcessesLostTotal, program, 0, nullptr);
  set_self_metrics(preparation_.locked);
}

void Segment::Impl::set_self_metrics(bool locked) noexcept {
  wrm_store(processes_, 1);
  wrm_store(locked_gauge_, wrm_f64_bits(locked ? 1 : 0));
  update_used_ratio();
}

void Segment::Impl::update_used_ratio() noexcept {
  if (used_gauge_ == nullptr) return;
  const double records =
      static_cast<double>(header()->records_used) / static_cast<double>(records_capacity_);
  const double cells =
      static_cast<double>(header()->cells_used) / static_cast<double>(cells_capacity_);
  wrm_store(used_gauge_, wrm_f64_bits(std::max(records, cells)));
}

// --- series ------------------------------------------------------------------------------------

std::uint16_t Segment::Impl::family_index(const FamilySpec& spec) const {
  if (memory_ == nullptr) {
    throw PreparationError(std::string(spec.name) + ": asked for before prepare()");
  }
  const auto found = index_.find(spec.name);
  if (found == index_.end()) {
    throw PreparationError(std::string(spec.name) + ": not declared in the segment of " +
                           options_.program);
  }
  return found->second;
}

std::uint32_t Segment::Impl::append_record(std::span<const std::byte> record) {
  const std::uint64_t used = header()->records_used;
  std::memcpy(memory_ + header()->records_offset + used, record.data(), record.size());
  // Release: a reader that sees the new length sees the whole record.
  __atomic_store_n(&header()->records_used, used + record.size(), __ATOMIC_RELEASE);
  return static_cast<std::uint32_t>(used);
}

bool Segment::Impl::room_for(std::size_t record_bytes, std::size_t cells) const noexcept {
  constexpr std::size_t kAlignment = WRM_CACHE_LINE_BYTES;  // may be lost to alignment
  return header()->records_used + record_bytes <= records_capacity_ &&
         header()->cells_used + cells * sizeof(std::uint64_t) + kAlignment <= cells_capacity_;
}

std::uint32_t Segment::Impl::allocate_cells(std::uint32_t count, bool own_lines) {
  std::uint64_t start = header()->cells_used;
  std::uint64_t end = start + count * sizeof(std::uint64_t);
  if (own_lines) {
    start = round_up(start, WRM_CACHE_LINE_BYTES);
    end = round_up(start + count * sizeof(std::uint64_t), WRM_CACHE_LINE_BYTES);
  }
  // Relaxed: the record that points at the cells is published after it, with release.
  __atomic_store_n(&header()->cells_used, std::min<std::uint64_t>(end, cells_capacity_),
                   __ATOMIC_RELAXED);
  return static_cast<std::uint32_t>(start / sizeof(std::uint64_t));
}

std::uint32_t Segment::Impl::add_series(std::uint16_t family, std::uint16_t instance,
                                        std::uint32_t cell,
                                        std::span<const std::string_view> values) {
  const std::uint32_t offset = append_record(series_record(family, instance, cell, values));
  if (!values.empty()) series_index_.insert(series_hash(family, instance, values), offset);
  update_used_ratio();
  return offset;
}

const std::uint32_t* Segment::Impl::find_series(std::uint16_t family, std::uint16_t instance,
                                                std::span<const std::string_view> values) const {
  return series_index_.find(series_hash(family, instance, values), [&](std::uint32_t offset) {
    return series_matches(memory_ + header()->records_offset + offset, family, instance, values);
  });
}

/// Cells that work but that no reader sees; the loss is counted.
std::uint64_t* Segment::Impl::unseen_cells(std::uint32_t count, wrm_lost_reason reason) {
  wrm_any_add(&lost_[reason], 1);
  unseen_.push_back(std::make_unique<std::uint64_t[]>(count));
  return unseen_.back().get();
}

std::uint64_t* Segment::Impl::new_series_cells(std::uint32_t count, Block* block) {
  if (block == nullptr) return cell_at(allocate_cells(count, false));
  // Series of one instance share cache lines with each other, never with another's.
  if (block->chunk_cells < count) {
    constexpr std::uint32_t kLine = WRM_CACHE_LINE_BYTES / sizeof(std::uint64_t);
    block->chunk_cells = static_cast<std::uint32_t>(round_up(count, kLine));
    block->chunk = cell_at(allocate_cells(block->chunk_cells, true));
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
  if (const std::uint32_t* offset = find_series(family, instance, values)) {
    return cell_at(series_cell(memory_ + header()->records_offset + *offset));
  }
  std::uint32_t& used = block == nullptr ? shared_open_counts_[family] : block->open_counts[family];
  std::vector<std::string_view> overflow;
  if (used >= families_[family].series_limit) {
    wrm_any_add(&lost_[WRM_LOST_SERIES_LIMIT], 1);
    overflow.assign(open, kOtherSeries);
    values = overflow;
    if (const std::uint32_t* offset = find_series(family, instance, values)) {
      return cell_at(series_cell(memory_ + header()->records_offset + *offset));
    }
  }
  const std::size_t record_bytes = series_record(family, instance, 0, values).size();
  if (!room_for(record_bytes, count)) return unseen_cells(count, WRM_LOST_SEGMENT_FULL);
  std::uint64_t* const cells = new_series_cells(count, block);
  const std::uint32_t record =
      add_series(family, instance, static_cast<std::uint32_t>(cells - cell_at(0)), values);
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
    if (spec.thread != Thread::realtime) continue;
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
      set_series_state(memory_ + header()->records_offset + record, WRM_SERIES_LIVE);
    }
    return {owner, i};
  }
  auto block = std::make_unique<Block>();
  block->families = wanted;
  block->in_use = true;
  block->lost = !room_for(record_bytes, count) || blocks_.size() + 1 >= UINT16_MAX;
  const auto number = static_cast<std::uint16_t>(blocks_.size() + 1);
  std::uint64_t* cells = block->lost ? unseen_cells(count, WRM_LOST_SEGMENT_FULL)
                                     : cell_at(allocate_cells(count, true));
  for (const FamilySpec* spec : wanted) {
    const bool open = spec->open_series() != 0;
    block->cells.push_back(open ? nullptr : cells);
    if (open) continue;
    if (!block->lost) {
      block->records.push_back(add_series(family_index(*spec), number,
                                          static_cast<std::uint32_t>(cells - cell_at(0)), {}));
    }
    cells += spec->group_cells() * spec->groups();
  }
  blocks_.push_back(std::move(block));
  return {owner, static_cast<std::uint32_t>(blocks_.size() - 1)};
}

void Segment::Impl::retire(std::uint32_t index) {
  const std::lock_guard lock(mutex_);
  Block& block = *blocks_[index];
  for (std::uint32_t record : block.records) {
    set_series_state(memory_ + header()->records_offset + record, WRM_SERIES_RETIRED);
  }
  for (std::size_t i = 0; i < block.families.size(); ++i) {
    if (block.families[i]->type == MetricType::gauge && block.cells[i] != nullptr) {
      const FamilySpec& spec = *block.families[i];
      std::fill_n(block.cells[i], spec.group_cells() * spec.groups(), 0U);
    }
  }
  block.in_use = false;
}

// --- end and fork ------------------------------------------------------------------------------

Segment::Impl::~Impl() {
  if (memory_ == nullptr) return;
  unregister_for_fork(this);
  __atomic_store_n(&header()->closed, 1U, __ATOMIC_RELEASE);
  munmap(memory_, size_);
  if (file_ < 0) return;
  close(file_);  // gives the lock back: the segment is now for whoever folds it, so do it here
  fold_program(options_.directory, options_.program);
}

/// Give the child a zeroed segment at the same address. Only async-signal-safe calls: in the child
/// of a process with threads, any lock may be held for ever.
void Segment::Impl::after_fork_in_child() noexcept {
  const int parents_file = file_;
  file_ = -1;
  id_ = id_ * 6364136223846793005U + static_cast<std::uint64_t>(getpid()) + unix_ns();
  const FixedText building = file_name(id_, ".new");
  int file = -1;
  if (parents_file >= 0) {
    file = open(building.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
  }
  const std::size_t copied = WRM_HEADER_BYTES + header()->records_used;
  const bool shared = file >= 0 && posix_fallocate(file, 0, static_cast<off_t>(size_)) == 0 &&
                      flock(file, LOCK_EX | LOCK_NB) == 0 &&
                      pwrite(file, memory_, copied, 0) == static_cast<ssize_t>(copied) &&
                      mmap(memory_, size_, PROT_READ | PROT_WRITE,
                           MAP_SHARED | MAP_FIXED | MAP_POPULATE, file, 0) != MAP_FAILED;
  if (shared) {
    file_ = file;
    write_header(header(), id_);
    header()->served = 0;
    set_self_metrics(lock_pages());
    rename(building.c_str(), file_name(id_, ".seg").c_str());
  } else {
    if (file >= 0) {
      unlink(building.c_str());
      close(file);
    }
    // Never go on in the parent's segment: its cells would count twice.
    std::uint64_t kept[WRM_HEADER_BYTES / sizeof(std::uint64_t)];
    std::memcpy(kept, memory_, sizeof kept);
    mmap(memory_, size_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);
    std::memcpy(memory_, kept, sizeof kept);
    preparation_.shared = false;
  }
  if (parents_file >= 0) close(parents_file);
  mutex_.unlock();
}

// --- the public faces --------------------------------------------------------------------------

Segment::Segment(SegmentOptions options) : impl_(std::make_unique<Impl>(std::move(options))) {}
Segment::~Segment() = default;
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
void Segment::set_served(bool served) noexcept { impl_->set_served(served); }
const std::string& Segment::program() const noexcept { return impl_->options().program; }
const std::string& Segment::directory() const noexcept { return impl_->options().directory; }
std::span<const std::byte> Segment::bytes() const noexcept { return impl_->bytes(); }

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

/// What a Segment is made of. Included by its sources alone.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string_view>
#include <utility>
#include <vector>

#include "fork_guard.h"
#include "log_drain.h"
#include "segment_layout.h"
#include "segment_memory.h"
#include "series_table.h"
#include "whiteroom/monitoring/cells.h"
#include "whiteroom/monitoring/segment.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

/// A declared family and where its series are found.
struct DeclaredFamily {
  const FamilySpec* spec;
  std::uint32_t series_limit;  ///< of open label values, per instance
};

/// The realtime cells of one instance: the families' cells, and room for series of open labels.
struct Block {
  std::vector<const FamilySpec*> families;
  std::vector<std::uint64_t*> cells;   ///< one for each family; null when its labels are open
  std::vector<std::uint32_t> records;  ///< offsets of its records, without those of open labels
  std::map<std::uint16_t, std::uint32_t> open_counts;
  std::uint32_t chunk = 0;  ///< index of what is left of its latest cache line
  std::uint32_t chunk_cells = 0;
  bool in_use = false;
  bool lost = false;  ///< no room was left: no reader sees its cells
};

class Segment::Impl final : public Forkable, public std::enable_shared_from_this<Segment::Impl> {
 public:
  explicit Impl(SegmentOptions options);
  ~Impl();

  void declare(Span<const FamilySpec> families, std::uint32_t series_limit);
  void declare(Span<const LogEventSpec> events);
  const Preparation& prepare();
  bool close();

  std::uint64_t* cells(const FamilySpec& spec);
  std::uint64_t* series(const FamilySpec& spec, Span<const std::string_view> values);
  Instance take_instance(std::vector<const FamilySpec*> families);
  void retire(std::uint32_t block);
  std::uint64_t* instance_cells(std::uint32_t block, const FamilySpec& spec);
  std::uint64_t* instance_series(std::uint32_t block, const FamilySpec& spec,
                                 Span<const std::string_view> values);

  wrm_log log() const;
  LogText log_text(std::string_view text);
  void set_log_file(const std::string& path);
  std::string log_file();
  std::size_t drain_log(const std::function<bool(std::string_view)>& write);
  std::size_t drain_log();

  std::uint64_t* lost() noexcept { return lost_; }
  void count_exposition(std::chrono::nanoseconds took) noexcept {
    wrm_any_add(&expositions_[0], 1);
    wrm_any_add(&expositions_[1], static_cast<std::uint64_t>(took.count()));
  }
  void set_served(bool served) noexcept {
    // Relaxed: it publishes nothing; an agent that sees it one scrape late serves once more.
    __atomic_store_n(&memory_.header()->served, served ? 1U : 0U, __ATOMIC_RELAXED);
  }
  void mark_closed(bool closed) noexcept { memory_.mark_closed(closed); }

  void before_fork() override {
    log_mutex_.lock();
    mutex_.lock();
    memory_.note_fork();
  }
  void after_fork_in_parent() override {
    mutex_.unlock();
    log_mutex_.unlock();
  }
  void after_fork_in_child() noexcept override;

  const SegmentOptions& options() const noexcept { return options_; }
  const Preparation& preparation() const noexcept { return preparation_; }
  Span<const std::byte> bytes() const noexcept { return memory_.bytes(); }

 private:
  std::uint16_t family_index(const FamilySpec& spec) const;
  SegmentRoom first_room() const;  ///< of what prepare() writes
  SegmentRoom most_room() const;
  void write_families();
  void write_log();
  std::size_t first_log_records() const;
  void take_process_losses() noexcept;
  void leave_process_losses() noexcept;
  void set_self_metrics() noexcept;
  void update_room() noexcept;

  std::uint32_t add_series(std::uint16_t family, std::uint16_t instance, std::uint32_t cell,
                           Span<const std::string_view> values, std::size_t record_bytes = 0);
  std::uint64_t* unseen_cells(std::uint32_t count, wrm_lost_reason reason);
  std::uint64_t* known_series(std::uint16_t family, Span<const std::string_view> values) const;

  // Series of instances; the lock is held.
  std::uint32_t chunk_cells(std::uint32_t count, Block& block);
  InstanceSeries* new_series(std::uint16_t family, Span<const std::string_view> values,
                             std::uint32_t owner);
  std::uint64_t* own(InstanceSeries& series, std::uint32_t owner);
  bool make_room(std::uint16_t family);
  bool say_departing(const std::vector<InstanceSeries*>& leaving);
  void evict(const std::vector<InstanceSeries*>& leaving);

  SegmentOptions options_;
  Preparation preparation_;
  std::vector<DeclaredFamily> families_;
  std::map<std::string_view, std::uint16_t> index_;
  std::vector<std::uint64_t*> shared_cells_;
  std::vector<std::uint32_t> shared_open_counts_;
  std::vector<std::unique_ptr<Block>> blocks_;
  SeriesIndex series_index_;  ///< of the series that all threads share
  SeriesTable series_table_;  ///< of those of instances
  std::uint32_t departures_ = 0;
  /// Readers hold the program's lock for milliseconds; one that is stopped must not hold a song up.
  static constexpr std::chrono::milliseconds kMostPatience{250};
  std::chrono::milliseconds patience_ = kMostPatience;
  std::mutex mutex_;

  std::vector<LogEventSpec> events_;
  LogDescription log_;    ///< as the records say it
  std::mutex log_mutex_;  ///< of draining; taken before mutex_

  SegmentMemory memory_;
  std::array<std::uint64_t, WRM_LOST_REASONS> no_lost_{};
  std::uint64_t* lost_ = no_lost_.data();
  std::uint64_t* processes_ = nullptr;
  std::uint64_t* locked_gauge_ = nullptr;
  std::uint64_t* used_gauge_ = nullptr;
  std::uint64_t* series_gauge_ = nullptr;
  std::uint64_t* evicted_ = nullptr;
  std::uint32_t series_count_ = 0;
  std::uint64_t* expositions_ = nullptr;
};

/// Bytes of records that a log may have beside its events.
std::size_t most_log_records() noexcept;
std::size_t open_labels(const FamilySpec& spec) noexcept;
/// Throw PreparationError unless there is one value for each open label.
void check_open_values(const FamilySpec& spec, Span<const std::string_view> values);

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

/// A segment: the memory in which one process keeps the metrics of one program.
///
/// Use: declare families, prepare, then take cells through the generated clients. Declaring,
/// preparing and taking cells may allocate, lock and call the system: never on an audio thread.
/// The cells that they return are written with cells.h alone and stay at the same address as long
/// as the process lives, also in a child after fork(). What is recorded after the Segment was
/// closed or destroyed is seen by nobody.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "family.h"
#include "log_events.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// Default folder of segments: $WHITEROOM_SEGMENTS, else /dev/shm/whiteroom-UID.
std::string default_segment_directory();

/// How a segment is made.
struct SegmentOptions {
  std::string program;           ///< owner in the catalogue, such as "juce-backend"
  std::string directory{};       ///< empty: default_segment_directory()
  std::uint32_t instances = 16;  ///< instances with realtime cells that may live at once
  bool shared = true;            ///< false: private memory, as tests of an application want it
};

/// What prepare() could do. The application runs in every case.
struct Preparation {
  bool shared = false;    ///< readers can see the segment; else it is private memory
  bool locked = false;    ///< its pages can't be paged out
  std::string path{};     ///< of the segment, when shared
  std::string problem{};  ///< why it is not shared, for people
};

class Instance;

/// Where a process keeps the metrics of one program: made once, before the sound starts. Making it
/// may allocate, lock and call the system; recording into it never does.
class Segment {
 public:
  class Impl;

  /// Throws PreparationError when the program's name is empty, too long, or holds a '/' or '.'.
  explicit Segment(SegmentOptions options);
  ~Segment();
  Segment(const Segment&) = delete;
  Segment& operator=(const Segment&) = delete;

  /// Add families before prepare(). Throws PreparationError for a duplicate name.
  void declare(Span<const FamilySpec> families);
  /// Add events of the log before prepare(). Throws PreparationError for a duplicate name, or one
  /// whose id another one has.
  void declare(Span<const LogEventSpec> events);

  /// Allocate, touch and lock the pages. Never throws for the state of the machine: a full or
  /// missing memory file system leaves the metrics in private memory and says so.
  /// Throws PreparationError when called twice.
  const Preparation& prepare();
  const Preparation& preparation() const noexcept;

  /// End in order before the destructor does. Cells stay where they are, and what is recorded from
  /// now on is seen by nobody: for languages in which a handle may outlive its segment.
  void close();

  /// Return the shared cells of an `any` family whose labels are all closed.
  std::uint64_t* cells(const FamilySpec& family);
  /// Return the shared cells of an `any` family for these values of its open labels. Beyond the
  /// limit the cells of the series `other` are returned and the loss is counted.
  std::uint64_t* series(const FamilySpec& family, Span<const std::string_view> values);
  /// Take realtime cells for all of `families`. When no room is left, cells that no reader sees
  /// are returned and the loss is counted.
  Instance instance(Span<const FamilySpec> families);
  Instance instance(std::initializer_list<const FamilySpec*> families);

  /// The log, for the events that were declared. Throws PreparationError when none were.
  EventLog log() const;
  /// The same for languages that call C.
  wrm_log log_cells() const;
  /// A text that events can name, such as a plug-in's. The same text has the same number; beyond
  /// kMostLogTexts it is "other". May lock and allocate.
  LogText log_text(std::string_view text);
  static constexpr std::size_t kMostLogTexts = 1024;
  /// Let lines of events be appended to this file. What is in the ring when the process ends, or is
  /// killed, goes there, too, by whoever folds its segment. Throws PreparationError when it can't
  /// be noted.
  void set_log_file(const std::string& path);
  std::string log_file() const;
  /// Take events out of the ring, and append their lines to the log file: a few times a second, on
  /// a thread that may block. Returns how many. Those that can't be written stay, as long as there
  /// is room.
  std::size_t drain_log();
  /// The same into another place, which tells whether it has taken the lines.
  std::size_t drain_log(const std::function<bool(std::string_view lines)>& write);

  /// WRM_LOST_REASONS cells that count what could not be recorded, by reason.
  std::uint64_t* lost() noexcept;
  /// An endpoint of this process has answered a scrape, which took it so long. Wait-free.
  void count_exposition(std::chrono::nanoseconds took) noexcept;
  /// Say that an endpoint of this process serves the segment; the agent then leaves it alone.
  void set_served(bool served) noexcept;

  /// Say that the process is about to end in order, by a signal: it is then not counted as lost.
  /// `closed` = false takes that back. Async-signal-safe.
  void mark_closed(bool closed = true) noexcept;

  const std::string& program() const noexcept;
  const std::string& directory() const noexcept;
  /// The segment's bytes, for a reader in this process.
  Span<const std::byte> bytes() const noexcept;
  /// The same when other processes can't see them, else nothing.
  Span<const std::byte> unshared_bytes() const noexcept;

 private:
  friend class SeriesSource;
  std::shared_ptr<Impl> impl_;
};

/// The realtime cells of one plug-in or callback. Its destructor retires them: counters stay,
/// gauges vanish, and the next instance of the same families goes on with them. It may outlive its
/// segment.
///
/// A series of open labels that no instance records into any more still counts, until a family has
/// as many values as its labels allow and another one is asked for: then those disappear whose
/// instances retired first, and begin at 0 when they come back.
class Instance {
 public:
  Instance() = default;
  Instance(std::shared_ptr<Segment::Impl> segment, std::uint32_t block) noexcept
      : segment_(std::move(segment)), block_(block) {}
  Instance(Instance&& other) noexcept = default;
  Instance& operator=(Instance&& other) noexcept;
  Instance(const Instance&) = delete;
  Instance& operator=(const Instance&) = delete;
  ~Instance();

  /// Return the cells of `family`, whose labels are all closed. May lock; throws PreparationError
  /// when the family is not one of this instance.
  std::uint64_t* cells(const FamilySpec& family) const;
  /// Return the cells of `family` for these values of its open labels. May lock and allocate.
  std::uint64_t* series(const FamilySpec& family, Span<const std::string_view> values) const;
  /// Take another instance of the same segment. May lock and allocate.
  Instance sibling(std::initializer_list<const FamilySpec*> families) const;

 private:
  friend class SeriesSource;
  Segment::Impl& segment() const;  ///< throws PreparationError when there is none

  std::shared_ptr<Segment::Impl> segment_;
  std::uint32_t block_ = 0;
};

/// Where the series of open labels come from: a segment or an instance of it, either of which it
/// may outlive.
class SeriesSource {
 public:
  explicit SeriesSource(const Segment& segment) noexcept : segment_(segment.impl_) {}
  explicit SeriesSource(const Instance& instance) noexcept
      : segment_(instance.segment_), block_(instance.block_), of_instance_(true) {}

  /// Return the cells of `family` for these values of its open labels. May lock and allocate.
  std::uint64_t* series(const FamilySpec& family, Span<const std::string_view> values) const;

 private:
  std::shared_ptr<Segment::Impl> segment_;
  std::uint32_t block_ = 0;
  bool of_instance_ = false;
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

/// Taking events out of the ring of a segment: of this process' own, and of one that has ended.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "log_lines.h"
#include "whiteroom/monitoring/segment_reader.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

/// The ring of this process' segment. One thread at a time takes events out.
class LogRing {
 public:
  explicit LogRing(std::uint64_t* cells) noexcept : cells_(cells) {}

  /// Return the events that wait, in order, up to the first that is still being written.
  std::vector<LogEntry> waiting() const;
  /// Give the slots of the first `count` of them back.
  void drained(std::size_t count) noexcept;

 private:
  std::uint64_t* cells_;
};

/// What is left in the ring of a process that has ended.
struct LeftEvents {
  std::vector<LogEntry> entries;
  std::uint64_t unfinished = 0;  ///< were being written when it was killed
};

/// Return what is left in a ring, of WRM_LOG_RING_CELLS cells.
LeftEvents left_events(Span<const std::uint64_t> ring);

/// Return what a segment says of its log. What can't be read of it is left out.
LogDescription read_log(const SegmentImage& segment);

/// What became of the events that a process has left.
enum class Delivery { done, nowhere_to_go, try_again };

/// Append what a process has left to the file that its segment names, each event once: those that
/// it was killed after writing, and before it could say so, are in the file's last lines.
Delivery deliver_left_events(const LeftEvents& left, const LogDescription& log,
                             const LogOrigin& origin) noexcept;

/// A log file that has grown so large is renamed, with the ending .1, and another one begins.
inline constexpr std::int64_t kMostLogFileBytes = 10 * 1024 * 1024;

/// Return whether all of `text` could be appended to a file, which is made when it is not there.
bool append_to_file(const std::string& path, const std::string& text) noexcept;

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

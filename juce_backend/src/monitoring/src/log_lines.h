/// Lines of JSON from events of the log: what an audio thread leaves as numbers becomes text here.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "whiteroom/monitoring/log_events.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

/// An event as it lies in the ring.
struct LogEntry {
  std::uint64_t sequence;  ///< its place in the order of all events of the segment, from 1
  std::uint32_t event;
  std::uint64_t monotonic_ns;
  std::array<std::uint64_t, WRM_LOG_MOST_FIELDS> values;
};

/// A field and an event as a segment describes them.
struct LogFieldDescription {
  std::string name;
  LogFieldType type;
  std::string unit;
  std::vector<std::string> values;
};
struct LogEventDescription {
  std::string name;
  LogLevel level;
  std::string message;
  std::vector<LogFieldDescription> fields;
};

LogEventDescription describe(const LogEventSpec& spec);

/// All that a segment says of its log.
struct LogDescription {
  std::map<std::uint32_t, LogEventDescription> events;  ///< by id
  std::vector<std::string> texts;                       ///< by number, from 1
  std::string file;                                     ///< where lines go; empty: nowhere
  bool has_ring = false;
  std::uint32_t cell = 0;  ///< of the ring
};

/// Of whom the events are, and how its monotonic clock relates to Unix time.
struct LogOrigin {
  std::string program;
  std::uint32_t pid = 0;
  std::uint64_t segment_id = 0;
  std::int64_t unix_minus_monotonic_ns = 0;
};

/// Return what the two clocks of this machine differ by now.
std::int64_t unix_minus_monotonic_ns() noexcept;

/// Return what stands before the sequence number in each line of a segment: a line is found again
/// by it.
std::string segment_mark(std::uint64_t segment_id);

/// Append the line of an event: a JSON object and a line feed.
void append_line(std::string& out, const LogEntry& entry, const LogDescription& log,
                 const LogOrigin& origin);

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

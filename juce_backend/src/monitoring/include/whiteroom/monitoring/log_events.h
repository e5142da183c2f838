/// What the catalogue's log events are, and the handle by which a program logs them: the generated
/// clients hold constants of these types. How a line comes of an event is in log_lines.h.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "log_ring.h"
#include "lost.h"
#include "span.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

enum class LogLevel : std::uint8_t {
  debug = WRM_LOG_DEBUG,
  info = WRM_LOG_INFO,
  warn = WRM_LOG_WARN,
  error = WRM_LOG_ERROR
};

enum class LogFieldType : std::uint8_t {
  integer = WRM_LOG_INTEGER,
  number = WRM_LOG_FLOAT,
  choice = WRM_LOG_CHOICE,
  text = WRM_LOG_TEXT,
  id = WRM_LOG_ID
};

/// A field of an event. `values` are those of a choice.
struct LogFieldSpec {
  std::string_view name;
  LogFieldType type = LogFieldType::integer;
  std::string_view unit{};
  Span<const std::string_view> values{};
};

/// An event. Everything it refers to must live as long as the program. `message` names fields in
/// braces: "{plugin} took too long".
struct LogEventSpec {
  std::string_view name;
  LogLevel level = LogLevel::info;
  std::string_view message{};
  Span<const LogFieldSpec> fields{};
};

/// Return the number by which events of this name are logged: FNV-1a, 32 bits (Fowler, Noll, Vo).
constexpr std::uint32_t log_event_id(std::string_view name) noexcept {
  std::uint32_t hash = 2166136261U;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return hash;
}

/// A text that events can name: made by Segment::log_text(), before the sound needs it.
struct LogText {
  std::uint32_t number = 0;  ///< 0: "other", as a text beyond the limit is
};

/// Logs into the ring of a segment. Wait-free, any thread; it may outlive its segment.
class EventLog {
 public:
  using Clock = std::chrono::steady_clock;

  /// Without a segment: what it is given counts as not prepared.
  EventLog() = default;
  explicit EventLog(wrm_log log) noexcept : log_(log) {}

  /// Log the event of this id with its fields' bits, in order.
  void put(std::uint32_t event, Clock::time_point time, std::uint64_t first = 0,
           std::uint64_t second = 0, std::uint64_t third = 0, std::uint64_t fourth = 0,
           std::uint64_t fifth = 0, std::uint64_t sixth = 0) const noexcept {
#ifndef WHITEROOM_MONITORING_OFF
    if (log_.ring == nullptr) return detail::count_mistake(log_.lost, WRM_LOST_NOT_PREPARED);
    const std::chrono::nanoseconds since = time.time_since_epoch();
    wrm_log_put(log_, event, static_cast<std::uint64_t>(since.count()), first, second, third,
                fourth, fifth, sixth);
#else
    (void)event, (void)time, (void)first, (void)second, (void)third, (void)fourth, (void)fifth,
        (void)sixth;
#endif
  }

 private:
  wrm_log log_{};
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

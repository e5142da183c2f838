/// The level of a line, as Loki 3.7 detects it at ingest (`discover_log_levels`).
#pragma once

#include <cstdint>
#include <string_view>

namespace whiteroom::logs {

enum Level : std::uint8_t {
  kNoLevel,
  kUnknown,
  kTrace,
  kDebug,
  kInfo,
  kWarn,
  kError,
  kCritical,
  kFatal,
};

/// The level that a word names, in any case; kNoLevel when it names none.
Level level_named(std::string_view word) noexcept;

/// The level of OpenTelemetry's severity number, as text.
Level level_of_severity(std::string_view number) noexcept;

/// The level that a line tells: by a field of JSON or logfmt, else by a word in it.
Level level_of_line(std::string_view line) noexcept;

/// Whether a label or field of this name holds a level.
bool holds_level(std::string_view name) noexcept;

}  // namespace whiteroom::logs

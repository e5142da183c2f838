/// The engine's log: one JSON object a line, with `time`, `level`, `message` and what else belongs.
///
/// Locks and writes: never called from the render callback.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace whiteroom::engine {

enum class Level { info, warning, error };

using Field = std::pair<std::string_view, std::variant<std::string, double, std::int64_t, bool>>;

/// Append to the file at `path`, or write to standard output for "-"; before, nothing is written.
/// Throws std::runtime_error.
void log_to(const std::string& path);

/// Write lines that are whole already. Without a place for the log they are dropped.
void log_lines(std::string_view lines);

void log(Level level, std::string_view message, const std::vector<Field>& fields = {});

}  // namespace whiteroom::engine

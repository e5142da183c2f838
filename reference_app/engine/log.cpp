#include "log.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <ctime>
#include <fstream>
#include <iostream>
#include <mutex>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace whiteroom::engine {
namespace {

std::mutex mutex;
std::ofstream file;
std::ostream* out = nullptr;  // a library says nothing until it is told where

std::string_view name_of(Level level) {
  constexpr std::array<std::string_view, 3> names{"info", "warning", "error"};
  return names[static_cast<std::size_t>(level)];
}

/// RFC 3339, in UTC, with milliseconds.
std::string now() {
  using namespace std::chrono;
  const auto time = system_clock::now().time_since_epoch();
  const auto seconds_since = static_cast<std::time_t>(duration_cast<seconds>(time).count());
  std::tm parts{};
  gmtime_r(&seconds_since, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%FT%T", &parts);
  const auto thousandths = duration_cast<milliseconds>(time).count() % 1000;
  std::string tail = std::to_string(1000 + thousandths).substr(1);
  return std::string(text.data(), length) + "." + tail + "Z";
}

}  // namespace

void log_to(const std::string& path) {
  const std::lock_guard lock(mutex);
  if (path == "-") {
    out = &std::cout;
    return;
  }
  file = std::ofstream(path, std::ios::app);
  if (!file) throw std::runtime_error(path + ": can't be written: " + std::strerror(errno));
  out = &file;
}

void log_lines(std::string_view lines) {
  const std::lock_guard lock(mutex);
  if (out != nullptr) *out << lines << std::flush;
}

void log(Level level, std::string_view message, const std::vector<Field>& fields) {
  nlohmann::ordered_json line{{"time", now()}, {"level", name_of(level)}, {"message", message}};
  for (const auto& [name, value] : fields) {
    std::visit([&, key = std::string(name)](const auto& held) { line[key] = held; }, value);
  }
  // Text that is no UTF-8 is shown with replacements rather than lost.
  const std::string text =
      line.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  const std::lock_guard lock(mutex);
  if (out != nullptr) *out << text << '\n' << std::flush;
}

}  // namespace whiteroom::engine

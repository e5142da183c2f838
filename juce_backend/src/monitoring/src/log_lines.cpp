#include "log_lines.h"

#include <charconv>
#include <cmath>
#include <cstring>
#include <ctime>

#include "label_text.h"
#include "whiteroom/monitoring/clocks.h"
#include "whiteroom/monitoring/family.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

constexpr std::int64_t kBillion = 1'000'000'000;
/// Digits of a number in a message; the field beside it has all of them.
constexpr int kMessageDigits = 4;

void append_hex(std::string& out, std::uint64_t value) {
  for (int shift = 60; shift >= 0; shift -= 4) {
    out += "0123456789abcdef"[(value >> static_cast<unsigned>(shift)) & 15U];
  }
}

template <class Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> digits;
  out.append(digits.data(),
             std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr);
}

/// A number as people read it: 48000, 0.01235.
void append_rounded(std::string& out, double number) {
  std::array<char, 32> digits;
  char* const last = digits.data() + digits.size();
  const bool large = std::abs(number) >= 1000 && std::abs(number) < 1e15;
  const auto end = large ? std::to_chars(digits.data(), last, number, std::chars_format::fixed, 0)
                         : std::to_chars(digits.data(), last, number, std::chars_format::general,
                                         kMessageDigits);
  out.append(digits.data(), end.ptr);
}

void append_padded(std::string& out, std::int64_t number, std::size_t width) {
  const std::string digits = std::to_string(number);
  out.append(width > digits.size() ? width - digits.size() : 0, '0').append(digits);
}

/// A string of JSON (RFC 8259, 7). The text is UTF-8.
void append_string(std::string& out, std::string_view text) {
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') {
      out.append(1, '\\').append(1, c);
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += "0123456789abcdef"[static_cast<unsigned char>(c) >> 4];
      out += "0123456789abcdef"[static_cast<unsigned char>(c) & 15];
    } else {
      out += c;
    }
  }
  out += '"';
}

std::string& append_key(std::string& out, std::string_view key) {
  out += ',';
  append_string(out, key);
  return out += ':';
}

double number_of(std::uint64_t bits) noexcept {
  double number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

/// The text of a value that is one; else nothing.
std::string_view text_of(std::uint64_t bits, const LogFieldDescription& field,
                         const LogDescription& log) {
  if (field.type == LogFieldType::choice) {
    return bits < field.values.size() ? std::string_view(field.values[bits]) : kOtherSeries;
  }
  const bool known = bits != 0 && bits <= log.texts.size();
  return known ? std::string_view(log.texts[bits - 1]) : kOtherSeries;
}

void append_value(std::string& out, std::uint64_t bits, const LogFieldDescription& field,
                  const LogDescription& log) {
  if (field.type == LogFieldType::integer) {
    append_number(out, static_cast<std::int64_t>(bits));
  } else if (field.type == LogFieldType::number) {
    const double number = number_of(bits);
    std::isfinite(number) ? append_number(out, number) : void(out += "null");
  } else if (field.type == LogFieldType::id) {
    out += '"';
    append_hex(out, bits);
    out += '"';
  } else {
    append_string(out, text_of(bits, field, log));
  }
}

void append_in_words(std::string& out, std::uint64_t bits, const LogFieldDescription& field,
                     const LogDescription& log) {
  if (field.type == LogFieldType::integer) {
    append_number(out, static_cast<std::int64_t>(bits));
  } else if (field.type == LogFieldType::number) {
    append_rounded(out, number_of(bits));
  } else if (field.type == LogFieldType::id) {
    append_hex(out, bits);
  } else {
    out += text_of(bits, field, log);
  }
}

/// The message with its fields' values in the place of their names.
std::string message_of(const LogEntry& entry, const LogEventDescription& event,
                       const LogDescription& log) {
  std::string message;
  std::string_view rest = event.message;
  while (!rest.empty()) {
    const std::size_t open = rest.find('{');
    const std::size_t close = rest.find('}', open == std::string_view::npos ? 0 : open);
    if (open == std::string_view::npos || close == std::string_view::npos) break;
    message += rest.substr(0, open);
    const std::string_view name = rest.substr(open + 1, close - open - 1);
    for (std::size_t i = 0; i < event.fields.size() && i < entry.values.size(); ++i) {
      if (event.fields[i].name != name) continue;
      append_in_words(message, entry.values[i], event.fields[i], log);
    }
    rest.remove_prefix(close + 1);
  }
  return message.append(rest);
}

/// RFC 3339, in UTC, with nanoseconds.
void append_time(std::string& out, std::int64_t unix_ns) {
  const std::int64_t seconds = unix_ns / kBillion;
  const auto since = static_cast<std::time_t>(seconds);
  std::tm parts{};
#ifdef _WIN32
  gmtime_s(&parts, &since);
#else
  gmtime_r(&since, &parts);
#endif
  append_padded(out, parts.tm_year + 1900, 4);
  append_padded(out += '-', parts.tm_mon + 1, 2);
  append_padded(out += '-', parts.tm_mday, 2);
  append_padded(out += 'T', parts.tm_hour, 2);
  append_padded(out += ':', parts.tm_min, 2);
  append_padded(out += ':', parts.tm_sec, 2);
  append_padded(out += '.', unix_ns - seconds * kBillion, 9);
  out += 'Z';
}

std::string_view name_of(LogLevel level) noexcept {
  constexpr std::array<std::string_view, 5> names{"info", "debug", "info", "warn", "error"};
  const auto place = static_cast<std::size_t>(level);
  return place < names.size() ? names[place] : names[0];
}

/// An event of a domain that the segment was not told of.
const LogEventDescription& undeclared_event() {
  static const LogEventDescription event{
      "undeclared", LogLevel::warn, "an event of a domain that the segment does not declare", {}};
  return event;
}

}  // namespace

LogEventDescription describe(const LogEventSpec& spec) {
  LogEventDescription event{std::string(spec.name), spec.level, std::string(spec.message), {}};
  for (const LogFieldSpec& field : spec.fields) {
    event.fields.push_back({std::string(field.name),
                            field.type,
                            std::string(field.unit),
                            {field.values.begin(), field.values.end()}});
  }
  return event;
}

std::int64_t unix_minus_monotonic_ns() noexcept {
  const auto monotonic = std::chrono::steady_clock::now().time_since_epoch();
  return static_cast<std::int64_t>(wrm_unix_ns()) -
         std::chrono::duration_cast<std::chrono::nanoseconds>(monotonic).count();
}

std::string segment_mark(std::uint64_t segment_id) {
  std::string mark = ",\"segment\":\"";
  append_hex(mark, segment_id);
  return mark += "\",\"sequence\":";
}

void append_line(std::string& out, const LogEntry& entry, const LogDescription& log,
                 const LogOrigin& origin) {
  const auto known = log.events.find(entry.event);
  const LogEventDescription& event = known != log.events.end() ? known->second : undeclared_event();
  out += "{\"time\":\"";
  append_time(out, static_cast<std::int64_t>(entry.monotonic_ns) + origin.unix_minus_monotonic_ns);
  out += '"';
  append_string(append_key(out, "level"), name_of(event.level));
  append_string(append_key(out, "message"), message_of(entry, event, log));
  append_string(append_key(out, "event"), event.name);
  for (std::size_t i = 0; i < event.fields.size() && i < entry.values.size(); ++i) {
    append_value(append_key(out, event.fields[i].name), entry.values[i], event.fields[i], log);
  }
  append_string(append_key(out, "program"), origin.program);
  append_number(append_key(out, "pid"), origin.pid);
  out += segment_mark(origin.segment_id);
  append_number(out, entry.sequence);
  out += "}\n";
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

#include "scan.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstring>
#include <utility>

namespace whiteroom::logs {
namespace {

using namespace std::string_view_literals;

constexpr int kMostDepth = 100;
// Integers up to this are doubles, exactly.
constexpr double kExact = 9007199254740992.0;

bool is_ascii(std::string_view text) noexcept {
  return std::none_of(text.begin(), text.end(),
                      [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_json_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_blank(char c) noexcept { return static_cast<unsigned char>(c) <= 0x20; }

bool is_word(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

std::string_view trimmed(std::string_view key) noexcept {
  const auto is_space = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  while (!key.empty() && is_space(key.front())) key.remove_prefix(1);
  while (!key.empty() && is_space(key.back())) key.remove_suffix(1);
  return key;
}

/// Whether a label begins with what a key of ASCII becomes: other letters are underscores, and one
/// stands before a digit.
bool begins_with(std::string_view name, std::string_view key) noexcept {
  if (!key.empty() && is_digit(key.front())) {
    if (name.empty() || name.front() != '_') return false;
    name.remove_prefix(1);
  }
  if (name.size() < key.size()) return false;
  for (std::size_t i = 0; i < key.size(); ++i) {
    if (name[i] != (is_word(key[i]) ? key[i] : '_')) return false;
  }
  return true;
}

bool is_label_of(std::string_view name, std::string_view key) noexcept {
  const std::size_t size = key.size() + (!key.empty() && is_digit(key.front()) ? 1U : 0U);
  return !key.empty() && name.size() == size && begins_with(name, key);
}

/// The fields of one line as they are found. Of a name that is there twice, the first counts.
class Finder {
 public:
  Finder(const Scan& scan, Fields& fields) : scan_(scan), fields_(fields) {
    fields_.values.assign(scan.names.size(), std::nullopt);
    fields_.is_sure = true;
  }

  /// The number of the name that a key is, or that of none.
  std::size_t field_of(std::string_view key) const noexcept {
    for (std::size_t i = 0; i < scan_.names.size(); ++i) {
      if (is_label_of(scan_.names[i], key)) return i;
    }
    return scan_.names.size();
  }
  bool may_hold_field(std::string_view key) const noexcept {
    const auto begins = [key](const std::string& name) { return begins_with(name, key); };
    return std::any_of(scan_.names.begin(), scan_.names.end(), begins) ||
           std::any_of(scan_.others.begin(), scan_.others.end(), begins);
  }
  bool is_needed(std::size_t field) const noexcept {
    return field < scan_.names.size() && !fields_.values[field];
  }
  void take(std::size_t field, std::string_view value) {
    if (!is_ascii(value)) return give_up();
    fields_.values[field] = value;
    ++count_;
  }
  void give_up() noexcept { fields_.is_sure = false; }
  bool is_done() const noexcept {
    return !fields_.is_sure || (scan_.stops && count_ == scan_.names.size());
  }

 private:
  const Scan& scan_;
  Fields& fields_;
  std::size_t count_ = 0;
};

constexpr std::size_t kNone = std::string_view::npos;

/// The quote that ends a string which begins before `at`; none where it has no end.
std::size_t string_end(std::string_view line, std::size_t at, bool& has_escapes) noexcept {
  has_escapes = false;
  while (at < line.size()) {
    const char* const begin = line.data() + at;
    const auto* const quote = static_cast<const char*>(std::memchr(begin, '"', line.size() - at));
    if (quote == nullptr) return kNone;
    const auto size = static_cast<std::size_t>(quote - begin);
    const auto* const escape = static_cast<const char*>(std::memchr(begin, '\\', size));
    if (escape == nullptr) return at + size;
    has_escapes = true;
    at += static_cast<std::size_t>(escape - begin) + 2;
  }
  return kNone;
}

/// Reads the members of an object.
class JsonReader {
 public:
  JsonReader(std::string_view line, Finder& finder) : line_(line), finder_(finder) {}

  void read() {
    if (!skip_space() || line_[at_] != '{') return finder_.give_up();
    ++at_;
    if (!skip_space()) return finder_.give_up();
    while (line_[at_] != '}') {
      if (!read_member()) return finder_.give_up();
      if (finder_.is_done()) return;
      if (!skip_space()) return finder_.give_up();
      if (line_[at_] == '}') return;
      if (line_[at_] != ',') return finder_.give_up();
      ++at_;
      if (!skip_space()) return finder_.give_up();
    }
  }

 private:
  bool skip_space() noexcept {
    while (at_ < line_.size() && is_json_space(line_[at_])) ++at_;
    return at_ < line_.size();
  }

  /// Reads one member; false where the general parser has to.
  bool read_member() {
    bool has_escapes = false;
    if (line_[at_] != '"') return false;
    const std::size_t end = string_end(line_, at_ + 1, has_escapes);
    if (end == kNone || has_escapes) return false;
    const std::string_view key = trimmed(line_.substr(at_ + 1, end - at_ - 1));
    if (!is_ascii(key)) return false;
    at_ = end + 1;
    if (!skip_space() || line_[at_] != ':') return false;
    ++at_;
    return skip_space() && read_value(key);
  }

  bool read_value(std::string_view key) {
    const char first = line_[at_];
    if (first == '{') return !finder_.may_hold_field(key) && skip_block('{', '}');
    if (first == '[') return skip_block('[', ']');
    const std::size_t field = finder_.field_of(key);
    const bool is_needed = finder_.is_needed(field);
    if (first == '"') {
      bool has_escapes = false;
      const std::size_t end = string_end(line_, at_ + 1, has_escapes);
      if (end == kNone || (is_needed && has_escapes)) return false;
      if (is_needed) finder_.take(field, line_.substr(at_ + 1, end - at_ - 1));
      at_ = end + 1;
      return true;
    }
    const std::size_t begin = at_;
    while (at_ < line_.size() && !is_json_space(line_[at_]) && line_[at_] != ',' &&
           line_[at_] != '}' && line_[at_] != ']') {
      ++at_;
    }
    const std::string_view token = line_.substr(begin, at_ - begin);
    if (token == "null"sv) return true;
    if (token != "true"sv && token != "false"sv && first != '-' && !is_digit(first)) return false;
    if (is_needed) finder_.take(field, token);
    return true;
  }

  bool skip_block(char opening, char closing) {
    int depth = 0;
    while (at_ < line_.size()) {
      const char c = line_[at_++];
      if (c == '"') {
        bool has_escapes = false;
        const std::size_t end = string_end(line_, at_, has_escapes);
        if (end == kNone) return false;
        at_ = end + 1;
      } else if (c == opening) {
        if (++depth > kMostDepth) return false;
      } else if (c == closing && --depth == 0) {
        return true;
      }
    }
    return false;
  }

  std::string_view line_;
  Finder& finder_;
  std::size_t at_ = 0;
};

std::size_t word_end(std::string_view line, std::size_t at) noexcept {
  while (at < line.size() && !is_blank(line[at])) ++at;
  return at;
}

bool ends_key(char c) noexcept { return is_blank(c) || c == '=' || c == '"'; }

/// Reads the pair at a place; returns the place behind it.
std::size_t read_pair(std::string_view line, std::size_t at, Finder& finder) {
  const std::size_t begin = at;
  while (at < line.size() && !ends_key(line[at])) ++at;
  const std::string_view key = line.substr(begin, at - begin);
  if (!is_ascii(key)) {
    finder.give_up();
    return line.size();
  }
  if (at == line.size() || is_blank(line[at])) return at;
  if (line[at] == '"' || key.empty()) return word_end(line, at);
  ++at;
  std::string_view value;
  bool has_escapes = false;
  if (at < line.size() && line[at] == '"') {
    const std::size_t end = string_end(line, at + 1, has_escapes);
    if (end == kNone) return line.size();
    value = line.substr(at + 1, end - at - 1);
    at = end + 1;
  } else {
    const std::size_t from = at;
    while (at < line.size() && !ends_key(line[at])) ++at;
    if (at < line.size() && !is_blank(line[at])) return word_end(line, at);
    value = line.substr(from, at - from);
  }
  if (value.empty()) return at;
  const std::size_t field = finder.field_of(key);
  if (!finder.is_needed(field)) return at;
  if (has_escapes) {
    finder.give_up();
  } else {
    finder.take(field, value);
  }
  return at;
}

void read_logfmt(std::string_view line, Finder& finder) {
  std::size_t at = 0;
  while (true) {
    while (at < line.size() && is_blank(line[at])) ++at;
    if (at >= line.size() || finder.is_done()) return;
    at = read_pair(line, at, finder);
  }
}

bool holds(std::string_view text, std::string_view part) noexcept {
  return memmem(text.data(), text.size(), part.data(), part.size()) != nullptr;
}

/// A number without signs of infinity, hexadecimals or underscores.
std::optional<double> decimal(std::string_view text) {
  if (!text.empty() && text.front() == '+') {
    text.remove_prefix(1);
    if (!text.empty() && text.front() == '-') return std::nullopt;
  }
  const std::string_view digits = text.substr(!text.empty() && text.front() == '-' ? 1 : 0);
  if (digits.empty() || (!is_digit(digits.front()) && digits.front() != '.')) return std::nullopt;
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [at, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc{} || at != end) return std::nullopt;
  return value;
}

struct Unit {
  std::string_view name;
  double scale;
};

constexpr std::array kSizes = {
    Unit{""sv, 1},
    Unit{"b"sv, 1},
    Unit{"kib"sv, 1024.0},
    Unit{"mib"sv, 1048576.0},
    Unit{"gib"sv, 1073741824.0},
    Unit{"kb"sv, 1e3},
    Unit{"mb"sv, 1e6},
    Unit{"gb"sv, 1e9},
};

std::optional<double> size_of(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size() && (is_digit(text[at]) || text[at] == '.')) ++at;
  const std::optional<double> number = decimal(text.substr(0, at));
  if (!number) return std::nullopt;
  std::string unit(text.substr(std::min(text.find_first_not_of(' ', at), text.size())));
  for (char& c : unit) c = static_cast<char>(c >= 'A' && c <= 'Z' ? c + 32 : c);
  for (const Unit& known : kSizes) {
    if (known.name != unit) continue;
    const double value = std::trunc(*number * known.scale);
    return value < kExact ? std::optional(value) : std::nullopt;
  }
  return std::nullopt;
}

constexpr std::array kTimes = {Unit{"ns"sv, 1},  Unit{"us"sv, 1e3}, Unit{"ms"sv, 1e6},
                               Unit{"s"sv, 1e9}, Unit{"m"sv, 6e10}, Unit{"h"sv, 3.6e12}};

/// One part of a duration, such as 1.5ms, which is taken away from the text.
std::optional<double> take_duration(std::string_view& text) {
  std::size_t at = 0;
  double whole = 0;
  double fraction = 0;
  double divisor = 1;
  while (at < text.size() && is_digit(text[at])) whole = whole * 10 + (text[at++] - '0');
  const std::size_t digits = at;
  if (at < text.size() && text[at] == '.') {
    for (++at; at < text.size() && is_digit(text[at]); divisor *= 10) {
      fraction = fraction * 10 + (text[at++] - '0');
    }
  }
  if (at == 0 || (digits == 0 && at == 1)) return std::nullopt;
  const std::size_t begin = at;
  while (at < text.size() && !is_digit(text[at]) && text[at] != '.') ++at;
  const std::string_view name = text.substr(begin, at - begin);
  text.remove_prefix(at);
  for (const Unit& unit : kTimes) {
    if (unit.name != name) continue;
    if (whole * unit.scale >= kExact || fraction * unit.scale >= kExact || divisor > 1e15) break;
    return whole * unit.scale + std::trunc(fraction * unit.scale / divisor);
  }
  return std::nullopt;
}

std::optional<double> duration_of(std::string_view text) {
  double sign = 1;
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    sign = text.front() == '-' ? -1 : 1;
    text.remove_prefix(1);
  }
  if (text == "0"sv) return 0;
  if (text.empty()) return std::nullopt;
  double total = 0;
  while (!text.empty()) {
    const std::optional<double> part = take_duration(text);
    if (!part) return std::nullopt;
    total += *part;
  }
  // A zero has no sign.
  return total < kExact ? std::optional(sign * total + 0.0) : std::nullopt;
}

template <class T>
bool compares(const T& value, Comparison comparison, const T& expected) noexcept {
  switch (comparison) {
    case Comparison::kEqual:
      return value == expected;
    case Comparison::kUnequal:
      return value != expected;
    case Comparison::kLess:
      return value < expected;
    case Comparison::kAtMost:
      return value <= expected;
    case Comparison::kGreater:
      return value > expected;
    case Comparison::kAtLeast:
      return value >= expected;
  }
  return false;
}

std::optional<bool> meets(const FieldTest& test, const Fields& fields) {
  const std::optional<std::string_view>& value = fields.values[test.field];
  if (test.kind == FieldKind::kText) {
    return compares(value.value_or(""sv), test.comparison, std::string_view(test.text));
  }
  if (!value) return false;
  const std::optional<double> number = number_of(*value, test.kind);
  if (!number) return std::nullopt;
  return compares(*number, test.comparison, test.number);
}

}  // namespace

void read_fields(const Scan& scan, const Row& row, Fields& fields) {
  Finder finder(scan, fields);
  if (!row.meta.empty() &&
      (holds(row.meta, "__error__"sv) ||
       std::any_of(scan.names.begin(), scan.names.end(),
                   [&row](const std::string& name) { return holds(row.meta, name); }))) {
    return finder.give_up();
  }
  if (scan.is_json) {
    JsonReader(row.line, finder).read();
  } else {
    read_logfmt(row.line, finder);
  }
}

std::optional<double> number_of(std::string_view text, FieldKind kind) {
  switch (kind) {
    case FieldKind::kNumber:
      return decimal(text);
    case FieldKind::kDuration:
      return duration_of(text);
    case FieldKind::kBytes:
      return size_of(text);
    case FieldKind::kText:
      break;
  }
  return std::nullopt;
}

std::optional<bool> meets(const Scan& scan, const Fields& fields) {
  std::optional<bool> all = true;
  for (const FieldTest& test : scan.tests) {
    const std::optional<bool> is_met = meets(test, fields);
    // A test that is not met leaves the line, whatever an earlier one would tell of it.
    if (is_met == false) return false;
    if (!is_met) all = std::nullopt;
  }
  return all;
}

}  // namespace whiteroom::logs

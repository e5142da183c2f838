#include "levels.h"

#include <strings.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <utility>

namespace whiteroom::logs {
namespace {

using namespace std::string_view_literals;

constexpr std::pair<std::string_view, Level> kWords[] = {
    {"trace"sv, kTrace},       {"trc"sv, kTrace},    {"debug"sv, kDebug},      {"dbg"sv, kDebug},
    {"info"sv, kInfo},         {"inf"sv, kInfo},     {"information"sv, kInfo}, {"warn"sv, kWarn},
    {"wrn"sv, kWarn},          {"warning"sv, kWarn}, {"error"sv, kError},      {"err"sv, kError},
    {"critical"sv, kCritical}, {"fatal"sv, kFatal},
};

constexpr std::array kNames = {
    "level"sv,    "LEVEL"sv,         "Level"sv,         "log.level"sv,     "severity"sv,
    "SEVERITY"sv, "Severity"sv,      "SeverityText"sv,  "lvl"sv,           "LVL"sv,
    "Lvl"sv,      "severity_text"sv, "Severity_Text"sv, "SEVERITY_TEXT"sv,
};

bool equals_in_any_case(std::string_view a, std::string_view b) noexcept {
  return a.size() == b.size() && strncasecmp(a.data(), b.data(), a.size()) == 0;
}

/// Whether the line has a word that begins at `at`, which may lie before its begin.
bool has_at(std::string_view line, std::ptrdiff_t at, std::string_view word) noexcept {
  return at >= 0 && line.substr(static_cast<std::size_t>(at), word.size()) == word;
}

/// Letters by which words of levels are found: each has one that is rare in other texts.
constexpr std::array<bool, 256> kAnchors = [] {
  std::array<bool, 256> anchors{};
  for (const char c : {'f', 'F', 'w', 'W', 'b', 'B', ':', ']'}) {
    anchors[static_cast<unsigned char>(c)] = true;
  }
  return anchors;
}();

/// Sixteen letters; GCC and Clang compile its operators to the processor's own of that width.
using Letters = unsigned char __attribute__((vector_size(16)));

Letters letters_at(const char* text) noexcept {
  Letters letters;
  std::memcpy(&letters, text, sizeof letters);
  return letters;
}

/// Whether words of levels may be among those that end in the 16 letters at `text`: three letters
/// in a row such as they have, which are `inf`, `war`, `deb` and what is before a colon or bracket.
bool may_have_word(const char* text) noexcept {
  constexpr unsigned char kSmall = 0x20;
  const Letters as_written = letters_at(text);
  const Letters third = as_written | kSmall;
  const Letters second = letters_at(text - 1) | kSmall;
  const Letters first = letters_at(text - 2) | kSmall;
  const auto found = ((first == 'i') & (second == 'n') & (third == 'f')) |
                     ((first == 'w') & (second == 'a') & (third == 'r')) |
                     ((first == 'd') & (second == 'e') & (third == 'b')) |
                     (((as_written == ':') | (as_written == ']')) &
                      ((second == 'r') | (second == 'n') | (second == 'l')) &
                      ((first == 'r') | (first == 'o') | (first == 'a')));
  std::uint64_t halves[2];
  std::memcpy(halves, &found, sizeof halves);
  return (halves[0] | halves[1]) != 0;
}

/// The same of a line; most have none.
bool may_have_word(std::string_view line) noexcept {
  constexpr std::size_t kBefore = 2;
  if (line.size() < kBefore + sizeof(Letters)) return true;
  const std::size_t last = line.size() - sizeof(Letters);
  for (std::size_t i = kBefore; i < last; i += sizeof(Letters)) {
    if (may_have_word(line.data() + i)) return true;
  }
  return may_have_word(line.data() + last);
}

/// The level of the word whose anchor is at `i`; kUnknown when there is none.
Level level_at(std::string_view line, std::ptrdiff_t i) noexcept {
  const auto has_one = [line, i](std::ptrdiff_t before, std::string_view small,
                                 std::string_view large) {
    return has_at(line, i - before, small) || has_at(line, i - before, large);
  };
  switch (line[static_cast<std::size_t>(i)]) {
    case 'f':
    case 'F':
      return has_one(2, "info"sv, "INFO"sv) ? kInfo : kUnknown;
    case 'w':
    case 'W':
      return has_one(0, "warning"sv, "WARNING"sv) ? kWarn : kUnknown;
    case 'b':
    case 'B':
      return has_one(2, "debug"sv, "DEBUG"sv) ? kDebug : kUnknown;
    case ':':
      if (has_one(3, "err:"sv, "ERR:"sv)) return kError;
      if (has_one(4, "warn:"sv, "WARN:"sv)) return kWarn;
      return has_one(8, "critical:"sv, "CRITICAL:"sv) ? kCritical : kUnknown;
    default:
      if (has_one(4, "[err]"sv, "[ERR]"sv) || has_one(6, "[error]"sv, "[ERROR]"sv)) return kError;
      if (has_one(5, "[warn]"sv, "[WARN]"sv)) return kWarn;
      return has_one(9, "[critical]"sv, "[CRITICAL]"sv) ? kCritical : kUnknown;
  }
}

/// The first level in this order that a word of the line tells.
Level level_by_word(std::string_view line) noexcept {
  constexpr std::array kOrder = {kInfo, kError, kWarn, kCritical, kDebug};
  if (!may_have_word(line)) return kUnknown;
  unsigned found = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (!kAnchors[static_cast<unsigned char>(line[i])]) continue;
    const Level level = level_at(line, static_cast<std::ptrdiff_t>(i));
    if (level == kInfo) return kInfo;
    found |= 1U << level;
  }
  for (const Level level : kOrder) {
    if ((found >> level & 1U) != 0) return level;
  }
  return kUnknown;
}

bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

std::string_view trimmed(std::string_view line) noexcept {
  while (!line.empty() && is_space(line.front())) line.remove_prefix(1);
  while (!line.empty() && is_space(line.back())) line.remove_suffix(1);
  return line;
}

/// The end of the JSON string that begins after `at`; the size of the line when it has none.
std::size_t string_end(std::string_view line, std::size_t at) noexcept {
  while (at < line.size() && line[at] != '"') at += line[at] == '\\' ? 2 : 1;
  return std::min(at, line.size());
}

/// The first text of a key that holds a level, in objects of any depth, not in arrays.
std::string_view level_in_json(std::string_view line) noexcept {
  std::string_view key;
  bool expects_value = false;
  int arrays = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (c == '"') {
      const std::size_t end = string_end(line, i + 1);
      const std::string_view text = line.substr(i + 1, end - i - 1);
      if (expects_value) {
        if (arrays == 0 && holds_level(key)) return text;
        expects_value = false;
      } else {
        key = text;
      }
      i = end;
    } else if (c == ':') {
      expects_value = true;
    } else if (c == '[') {
      ++arrays;
      expects_value = false;
    } else if (c == ']') {
      --arrays;
    } else if (c == ',' || c == '{') {
      expects_value = false;
    }
  }
  return {};
}

/// Letters that the names of levels end with.
constexpr std::array<bool, 256> kLastLetters = [] {
  std::array<bool, 256> letters{};
  for (const char c : {'l', 'L', 'y', 'Y', 't', 'T'}) {
    letters[static_cast<unsigned char>(c)] = true;
  }
  return letters;
}();

/// Whether some key ends as one that holds a level: most lines need not be read as pairs.
bool may_hold_level(std::string_view line) noexcept {
  constexpr std::array kEnds = {"vel"sv, "lvl"sv, "ity"sv, "ext"sv};
  const char* at = line.data();
  const char* const end = at + line.size();
  while ((at = static_cast<const char*>(
              std::memchr(at, '=', static_cast<std::size_t>(end - at)))) != nullptr) {
    if (at - line.data() >= 3 && kLastLetters[static_cast<unsigned char>(at[-1])]) {
      const std::string_view last(at - 3, 3);
      const auto is_end = [last](std::string_view text) { return equals_in_any_case(last, text); };
      if (std::any_of(kEnds.begin(), kEnds.end(), is_end)) return true;
    }
    ++at;
  }
  return false;
}

/// The value of the key that stands first in the list of names, in any case.
std::string_view level_in_logfmt(std::string_view line) noexcept {
  if (!may_hold_level(line)) return {};
  std::string_view found;
  std::size_t rank = kNames.size();
  std::size_t i = 0;
  while (i < line.size()) {
    while (i < line.size() && is_space(line[i])) ++i;
    const std::size_t begin = i;
    while (i < line.size() && !is_space(line[i]) && line[i] != '=') ++i;
    const std::string_view key = line.substr(begin, i - begin);
    if (i >= line.size() || line[i] != '=') continue;
    ++i;
    std::string_view value;
    if (i < line.size() && line[i] == '"') {
      const std::size_t end = string_end(line, i + 1);
      value = line.substr(i + 1, end - i - 1);
      i = end + 1;
    } else {
      const std::size_t from = i;
      while (i < line.size() && !is_space(line[i])) ++i;
      value = line.substr(from, i - from);
    }
    if (key.size() < 3 || key.size() > 13) continue;
    for (std::size_t n = 0; n < rank; ++n) {
      if (!equals_in_any_case(key, kNames[n])) continue;
      found = value;
      rank = n;
      if (n == 0) return found;
    }
  }
  return found;
}

}  // namespace

Level level_named(std::string_view word) noexcept {
  for (const auto& [name, level] : kWords) {
    if (equals_in_any_case(word, name)) return level;
  }
  return kNoLevel;
}

Level level_of_severity(std::string_view number) noexcept {
  int value = 0;
  const auto [end, error] = std::from_chars(number.data(), number.data() + number.size(), value);
  if (error != std::errc{} || end != number.data() + number.size()) return kInfo;
  if (value == 0 || value > 24) return kUnknown;
  constexpr std::array kRanges = {kTrace, kDebug, kInfo, kWarn, kError, kFatal};
  return value < 0 ? kTrace : kRanges[static_cast<std::size_t>((value - 1) / 4)];
}

bool holds_level(std::string_view name) noexcept {
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

Level level_of_line(std::string_view line) noexcept {
  const std::string_view inner = trimmed(line);
  std::string_view word;
  if (inner.size() > 1 && inner.front() == '{' && inner.back() == '}') {
    word = level_in_json(inner);
  } else if (std::memchr(line.data(), '=', line.size()) != nullptr) {
    word = level_in_logfmt(line);
  }
  const Level named = word.empty() ? kNoLevel : level_named(word);
  return named != kNoLevel ? named : level_by_word(line);
}

}  // namespace whiteroom::logs

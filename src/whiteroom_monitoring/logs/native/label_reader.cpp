#include "label_reader.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace whiteroom::logs {
namespace {

using namespace std::string_view_literals;

constexpr int kMostDepth = 64;

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
bool is_json_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_blank(char c) noexcept { return static_cast<unsigned char>(c) <= 0x20; }
bool ends_word(char c) noexcept { return is_blank(c) || c == '=' || c == '"'; }
bool is_trimmed(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_word(char c) noexcept {
  return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_ascii(std::string_view text) noexcept {
  std::uint64_t all = 0;
  std::size_t at = 0;
  for (; at + sizeof all <= text.size(); at += sizeof all) {
    std::uint64_t word = 0;
    std::memcpy(&word, text.data() + at, sizeof word);
    all |= word;
  }
  for (; at < text.size(); ++at) all |= static_cast<unsigned char>(text[at]);
  return (all & 0x8080808080808080U) == 0;
}

std::string_view trimmed(std::string_view key) noexcept {
  while (!key.empty() && is_trimmed(key.front())) key.remove_prefix(1);
  while (!key.empty() && is_trimmed(key.back())) key.remove_suffix(1);
  return key;
}

/// What an escape of JSON stands for; NUL for one that is rare, or none.
char escaped(char c) noexcept {
  switch (c) {
    case '"':
    case '\\':
    case '/':
      return c;
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
    default:
      return '\0';
  }
}

/// The quote that ends a string which begins at `at`; the size of the line where it has no end.
std::size_t string_end(std::string_view line, std::size_t at, bool& has_escapes) noexcept {
  has_escapes = false;
  while (at < line.size()) {
    const char* const begin = line.data() + at;
    const auto* const quote = static_cast<const char*>(std::memchr(begin, '"', line.size() - at));
    if (quote == nullptr) break;
    const auto size = static_cast<std::size_t>(quote - begin);
    const auto* const escape = static_cast<const char*>(std::memchr(begin, '\\', size));
    if (escape == nullptr) return at + size;
    has_escapes = true;
    at += static_cast<std::size_t>(escape - begin) + 2;
  }
  return line.size();
}

}  // namespace

/// Reads an object, and those in it. What follows it is not looked at.
class JsonLabels {
 public:
  JsonLabels(std::string_view line, LabelReader& to) : line_(line), to_(to) {}

  bool read() { return skip_space() && line_[at_] == '{' && read_object({}, 0); }

 private:
  bool skip_space() noexcept {
    while (at_ < line_.size() && is_json_space(line_[at_])) ++at_;
    return at_ < line_.size();
  }

  bool has(char c) const noexcept { return at_ < line_.size() && line_[at_] == c; }

  /// Read what stands between two brackets; `read_one` reads an element of it.
  template <class ReadOne>
  bool read_list(char closing, int depth, const ReadOne& read_one) {
    ++at_;
    if (depth > kMostDepth || !skip_space()) return false;
    if (has(closing)) {
      ++at_;
      return true;
    }
    while (true) {
      if (!read_one() || !skip_space()) return false;
      const char next = line_[at_++];
      if (next == closing) return true;
      if (next != ',' || !skip_space()) return false;
    }
  }

  /// Read an object that begins here. Labels inside it begin with `prefix`.
  bool read_object(std::string_view prefix, int depth) {
    return read_list('}', depth, [this, prefix, depth] {
      std::string_view key;
      if (!has('"') || !read_string(key) || !skip_space() || !has(':')) return false;
      ++at_;
      return skip_space() && read_value(prefix, key, depth);
    });
  }

  /// Arrays are no labels, nor is what is in them; but they have to be right.
  bool read_array(int depth) {
    ++arrays_;
    const bool is_read = read_list(']', depth, [this, depth] { return read_value({}, {}, depth); });
    --arrays_;
    return is_read;
  }

  bool read_value(std::string_view prefix, std::string_view key, int depth) {
    if (has('[')) return read_array(depth + 1);
    std::string_view name;
    if (has('{')) {
      const bool has_name = arrays_ > 0 || to_.write_name(prefix, key, name);
      return has_name && read_object(name, depth + 1);
    }
    std::string_view value;
    if (has('"')) {
      if (!read_string(value)) return false;
    } else if (!read_word(value)) {
      return false;
    } else if (value == "null"sv) {
      return true;
    }
    if (arrays_ > 0) return true;
    if (!to_.write_name(prefix, key, name)) return false;
    if (name.empty()) return depth == 0;  // Inside an object, it is a label without a name.
    to_.labels_.push_back({name, value});
    return true;
  }

  /// A number, true, false or null.
  bool read_word(std::string_view& word) noexcept {
    const std::size_t begin = at_;
    if (has('-') || is_digit(line_[at_])) {
      if (!skip_number()) return false;
      word = line_.substr(begin, at_ - begin);
    } else {
      while (at_ < line_.size() && is_word(line_[at_])) ++at_;
      word = line_.substr(begin, at_ - begin);
      if (word != "true"sv && word != "false"sv && word != "null"sv) return false;
    }
    return at_ == line_.size() || is_json_space(line_[at_]) || has(',') || has('}') || has(']');
  }

  bool skip_digits() noexcept {
    const std::size_t begin = at_;
    while (at_ < line_.size() && is_digit(line_[at_])) ++at_;
    return at_ > begin;
  }

  /// Source: RFC 8259, section 6
  bool skip_number() noexcept {
    if (has('-')) ++at_;
    const std::size_t begin = at_;
    if (!skip_digits() || (line_[begin] == '0' && at_ > begin + 1)) return false;
    if (has('.')) {
      ++at_;
      if (!skip_digits()) return false;
    }
    if (!has('e') && !has('E')) return true;
    ++at_;
    if (has('+') || has('-')) ++at_;
    return skip_digits();
  }

  bool read_string(std::string_view& text) {
    bool has_escapes = false;
    const std::size_t begin = at_ + 1;
    const std::size_t end = string_end(line_, begin, has_escapes);
    if (end >= line_.size()) return false;
    at_ = end + 1;
    text = line_.substr(begin, end - begin);
    return !has_escapes || to_.write_unescaped(text, false, text);
  }

  std::string_view line_;
  LabelReader& to_;
  std::size_t at_ = 0;
  int arrays_ = 0;
};

/// Reads pairs; what is none is left out.
class LogfmtLabels {
 public:
  LogfmtLabels(std::string_view line, LabelReader& to) : line_(line), to_(to) {}

  bool read() {
    while (true) {
      while (at_ < line_.size() && is_blank(line_[at_])) ++at_;
      if (at_ >= line_.size()) return true;
      if (!read_pair()) return false;
    }
  }

 private:
  std::string_view word() noexcept {
    const std::size_t begin = at_;
    while (at_ < line_.size() && !ends_word(line_[at_])) ++at_;
    return line_.substr(begin, at_ - begin);
  }

  void skip_word() noexcept {
    while (at_ < line_.size() && !is_blank(line_[at_])) ++at_;
  }

  bool read_pair() {
    const std::string_view key = word();
    if (at_ == line_.size() || is_blank(line_[at_])) return true;
    if (line_[at_] == '"' || key.empty()) {
      skip_word();
      return true;
    }
    ++at_;
    std::string_view value;
    if (at_ < line_.size() && line_[at_] == '"') {
      bool has_escapes = false;
      const std::size_t begin = at_ + 1;
      const std::size_t end = string_end(line_, begin, has_escapes);
      // Without an end, nothing more is read.
      at_ = std::min(end + 1, line_.size());
      if (end >= line_.size()) return true;
      value = line_.substr(begin, end - begin);
      if (has_escapes && !to_.write_unescaped(value, true, value)) return false;
    } else {
      value = word();
      if (at_ < line_.size() && !is_blank(line_[at_])) {
        skip_word();
        return true;
      }
    }
    std::string_view name;
    if (value.empty()) return true;
    if (!to_.write_name({}, key, name)) return false;
    if (!name.empty()) to_.labels_.push_back({name, value});
    return true;
  }

  std::string_view line_;
  LabelReader& to_;
  std::size_t at_ = 0;
};

bool LabelReader::read(std::string_view line) {
  labels_.clear();
  text_.clear();
  // Names of what is nested may be longer than the line. What has more goes the general way.
  text_.reserve(4 * line.size() + 64);
  // Text with such an escape behind an object is read another way, too.
  if (!is_ascii(line) || memmem(line.data(), line.size(), "\\u", 2) != nullptr) return false;
  return is_json_ ? JsonLabels(line, *this).read() : LogfmtLabels(line, *this).read();
}

bool LabelReader::write_name(std::string_view prefix, std::string_view key,
                             std::string_view& name) {
  const std::string_view word = trimmed(key);
  name = prefix;
  if (word.empty()) return true;
  if (!has_room(prefix.size() + 1 + word.size())) return false;
  const std::size_t begin = text_.size();
  text_.append(prefix);
  if (!prefix.empty() || is_digit(word.front())) text_.push_back('_');
  for (const char c : word) text_.push_back(is_word(c) ? c : '_');
  name = since(begin);
  return true;
}

bool LabelReader::write_unescaped(std::string_view escaped_text, bool has_apostrophes,
                                  std::string_view& text) {
  if (!has_room(escaped_text.size())) return false;
  const std::size_t begin = text_.size();
  for (std::size_t at = 0; at < escaped_text.size(); ++at) {
    char c = escaped_text[at];
    if (c == '\\') {
      // A string ends with no escape that is not whole.
      const char next = escaped_text[++at];
      c = has_apostrophes && next == '\'' ? next : escaped(next);
      if (c == '\0') return false;
    }
    text_.push_back(c);
  }
  text = since(begin);
  return true;
}

}  // namespace whiteroom::logs

/// Reads every field of a line of JSON or logfmt as a label, where the line has nothing unusual.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace whiteroom::logs {

/// A field of a line: the name of its label, and its text.
struct Label {
  std::string_view name;
  std::string_view value;
};

/// Reads lines one after the other. What it gives lives as long as the line, until the next one.
class LabelReader {
 public:
  explicit LabelReader(bool is_json) : is_json_(is_json) {}

  /// Read a line; false where the general parsers have to: of letters outside ASCII, rare escapes,
  /// broken JSON and what is nested deeply.
  bool read(std::string_view line);

  /// The labels in the order of the line. Of a name that is there twice, the first one counts.
  const std::vector<Label>& labels() const noexcept { return labels_; }

 private:
  friend class JsonLabels;
  friend class LogfmtLabels;

  /// Begin a text of our own, which may have so many bytes. False when there is no room for it.
  bool has_room(std::size_t size) const noexcept { return text_.capacity() - text_.size() >= size; }
  std::string_view since(std::size_t begin) const noexcept {
    return std::string_view(text_).substr(begin);
  }
  /// The name of a label: what stands before it, and a key.
  bool write_name(std::string_view prefix, std::string_view key, std::string_view& name);
  /// A text without its escapes; false where one is rare.
  bool write_unescaped(std::string_view escaped, bool has_apostrophes, std::string_view& text);

  bool is_json_;
  std::vector<Label> labels_;
  /// Names, and values that are not in the line as they are. It never grows while a line is read.
  std::string text_;
};

}  // namespace whiteroom::logs

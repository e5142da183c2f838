#include "label_text.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
constexpr std::size_t kMostBytes = UINT16_MAX;

struct Step {
  std::size_t bytes;
  bool whole;  ///< a character; else the beginning of one, or no character at all
};

/// Look at what `text`, which is not empty, begins with (Unicode 15, table 3-7).
Step first_of(std::string_view text) noexcept {
  const auto byte = [text](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {1, lead != 0};
  if (lead < 0xC2 || lead > 0xF4) return {1, false};
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  unsigned least = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  unsigned most = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  for (std::size_t i = 1; i < length; ++i) {
    if (i == text.size() || byte(i) < least || byte(i) > most) return {i, false};
    least = 0x80;
    most = 0xBF;
  }
  return {length, true};
}

}  // namespace

bool is_label_text(std::string_view value) noexcept {
  if (value.size() > kMostBytes) return false;
  while (!value.empty()) {
    const Step step = first_of(value);
    if (!step.whole) return false;
    value.remove_prefix(step.bytes);
  }
  return true;
}

std::string label_text(std::string_view value) {
  std::string text;
  while (!value.empty()) {
    const Step step = first_of(value);
    const std::string_view part = step.whole ? value.substr(0, step.bytes) : kReplacement;
    if (text.size() + part.size() > kMostBytes) break;
    text += part;
    value.remove_prefix(step.bytes);
  }
  return text;
}

LabelTexts::LabelTexts(Span<const std::string_view> values) : given_(values) {
  if (std::all_of(values.begin(), values.end(), is_label_text)) return;
  changed_.reserve(values.size());
  for (const std::string_view value : values)
    texts_.push_back(changed_.emplace_back(label_text(value)));
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

/// The text of a label's value: UTF-8 without NUL, as Prometheus wants it.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "whiteroom/monitoring/span.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

/// Whether a value is UTF-8 and holds no NUL.
bool is_label_text(std::string_view value) noexcept;

/// Return a value in which each NUL, and each part that is no UTF-8, is U+FFFD: each longest
/// beginning of a character, else each byte (Unicode 15, 3.9, "Substitution of Maximal Subparts").
/// No longer than a record can say: 65,535 bytes.
std::string label_text(std::string_view value);

/// The values of a series as they can be exposed; copies those that must be changed.
class LabelTexts {
 public:
  explicit LabelTexts(Span<const std::string_view> values);
  Span<const std::string_view> get() const noexcept { return texts_.empty() ? given_ : texts_; }

 private:
  Span<const std::string_view> given_;
  std::vector<std::string> changed_;
  std::vector<std::string_view> texts_;
};

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

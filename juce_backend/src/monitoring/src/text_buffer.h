/// A text that grows by many small pieces: each is copied into a block, a full block into the text.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

#include "whiteroom/monitoring/version.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

class TextBuffer {
 public:
  /// From now on what is appended goes into `out`, and is there after flush().
  void write_to(std::string& out) noexcept { out_ = &out; }

  void append(std::string_view text) {
    if (text.size() > block_.size() - used_) {
      flush();
      if (text.size() > block_.size()) {
        out_->append(text);
        return;
      }
    }
    if (text.empty()) return;  // its data may be null, which memcpy may not be given
    std::memcpy(block_.data() + used_, text.data(), text.size());
    used_ += text.size();
  }

  void append(char character) { append(std::string_view(&character, 1)); }

  void append(std::uint64_t value) {
    constexpr std::size_t kDigits = 20;
    if (kDigits > block_.size() - used_) flush();
    char* const first = block_.data() + used_;
    used_ += static_cast<std::size_t>(std::to_chars(first, first + kDigits, value).ptr - first);
  }

  /// Append `value` with leading zeros, as 16 digits to the base of 16.
  void append_hex(std::uint64_t value) {
    std::array<char, 16> digits;
    for (std::size_t i = digits.size(); i-- != 0; value >>= 4) {
      digits[i] = "0123456789abcdef"[value & 15];
    }
    append(std::string_view(digits.data(), digits.size()));
  }

  void flush() {
    out_->append(block_.data(), used_);
    used_ = 0;
  }

  /// Bytes that are in `out` or will be.
  std::size_t size() const noexcept { return out_->size() + used_; }

 private:
  std::string* out_ = nullptr;
  std::size_t used_ = 0;
  std::array<char, 16 * 1024> block_;
};

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

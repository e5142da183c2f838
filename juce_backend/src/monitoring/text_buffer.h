/// A text that grows by many small pieces: each is copied into a block, a full block into the text.
#pragma once

#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace whiteroom::monitoring {

class TextBuffer {
 public:
  /// What is appended is in `out` after flush().
  explicit TextBuffer(std::string& out) noexcept : out_(out) {}

  void append(std::string_view text) {
    if (text.size() > block_.size() - used_) {
      flush();
      if (text.size() > block_.size()) {
        out_.append(text);
        return;
      }
    }
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

  void flush() {
    out_.append(block_.data(), used_);
    used_ = 0;
  }

 private:
  std::string& out_;
  std::size_t used_ = 0;
  std::array<char, 16 * 1024> block_;
};

}  // namespace whiteroom::monitoring

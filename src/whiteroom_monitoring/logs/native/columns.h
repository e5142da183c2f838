/// How rows are written: two texts, of the lines and of everything else.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>

#include "rows.h"

namespace whiteroom::logs {

/// Thrown for bytes that are no columns.
struct DamagedColumns : std::runtime_error {
  DamagedColumns() : std::runtime_error("the columns of a block are damaged") {}
};

void put_varint(std::string& to, std::uint64_t value);

/// Reads varints of a text; throws DamagedColumns beyond its end.
class VarintReader {
 public:
  explicit VarintReader(std::string_view text) : text_(text) {}
  std::uint64_t next() {
    // Most are of one byte to three; what is behind the end of the text is not looked at.
    if (text_.size() - at_ >= 3) {
      const auto* const bytes = reinterpret_cast<const unsigned char*>(text_.data()) + at_;
      const std::uint64_t first = bytes[0];
      if (first < 0x80) {
        ++at_;
        return first;
      }
      const std::uint64_t second = bytes[1];
      if (second < 0x80) {
        at_ += 2;
        return (first & 0x7FU) | second << 7U;
      }
      const std::uint64_t third = bytes[2];
      if (third < 0x80) {
        at_ += 3;
        return (first & 0x7FU) | (second & 0x7FU) << 7U | third << 14U;
      }
    }
    return next_long();
  }
  std::string_view take(std::size_t size);
  bool at_end() const noexcept { return at_ == text_.size(); }

 private:
  std::uint64_t next_long();
  std::string_view text_;
  std::size_t at_ = 0;
};

/// Reads the times of columns one after the other; throws DamagedColumns beyond their end.
class TimeReader {
 public:
  /// Throws DamagedColumns.
  explicit TimeReader(std::string_view columns);
  std::size_t size() const noexcept { return size_; }
  std::int64_t next() {
    const auto value = static_cast<std::uint64_t>(reader_.next());
    time_ += (value >> 1U) ^ (0 - (value & 1U));
    return static_cast<std::int64_t>(time_);
  }

 private:
  VarintReader reader_;
  std::size_t size_;
  std::uint64_t time_ = 0;
};

/// The times as differences, lengths of lines, levels, lengths of metadata, metadata.
std::string columns_of(const Rows& rows);

/// Append what was written to `rows`. Throws DamagedColumns.
void read_columns(std::string_view columns, std::string_view text, Rows& rows);
/// The same with empty lines, for those who ask only for the columns.
void read_columns(std::string_view columns, Rows& rows);

}  // namespace whiteroom::logs

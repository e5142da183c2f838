/// How rows are written: two texts, of the lines and of everything else.
#pragma once

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
  std::uint64_t next();
  std::string_view take(std::size_t size);
  bool at_end() const noexcept { return at_ == text_.size(); }

 private:
  std::string_view text_;
  std::size_t at_ = 0;
};

/// The times as differences, lengths of lines, levels, lengths of metadata, metadata.
std::string columns_of(const Rows& rows);

/// Append what was written to `rows`. Throws DamagedColumns.
void read_columns(std::string_view columns, std::string_view text, Rows& rows);
/// The same with empty lines, for those who ask only for the columns.
void read_columns(std::string_view columns, Rows& rows);
/// The same with times alone: without lines, metadata and levels. What follows them is not looked
/// at.
void read_times(std::string_view columns, Rows& rows);

}  // namespace whiteroom::logs

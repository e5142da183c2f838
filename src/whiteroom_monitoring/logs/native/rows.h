/// Lines of a log as columns: what a push brings, what the head holds, what a block becomes again.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "column.h"

namespace whiteroom::logs {

/// One line. `meta` is its structured metadata: name and value, each after its length as a varint,
/// in the order of the names. `level` is a number of `levels.h`; 0 is none.
struct Row {
  std::int64_t time_ns;
  std::string_view line;
  std::string_view meta;
  std::uint8_t level;
};

/// A condition on a line: it contains one of the needles, or, negated, none of them.
struct Filter {
  bool negated;
  std::vector<std::string> needles;
};

/// Rows in the order of their arrival. Columns stay below 4 GiB each, else std::length_error.
///
/// Not synchronized: who shares it holds `mutex`.
class Rows {
 public:
  std::size_t size() const noexcept { return times_.size(); }
  std::size_t bytes() const noexcept { return lines_.size() + meta_.size() + size() * kRowBytes; }
  Row operator[](std::size_t row) const noexcept;
  const Column<std::int64_t>& times() const noexcept { return times_; }
  /// Each line is followed by a line feed.
  std::string_view text() const noexcept { return {lines_.data(), lines_.size()}; }
  std::string_view meta_text() const noexcept { return {meta_.data(), meta_.size()}; }
  std::uint32_t line_begin(std::size_t row) const noexcept { return row ? line_end_[row - 1] : 0; }
  std::uint32_t line_end(std::size_t row) const noexcept { return line_end_[row]; }
  std::uint32_t meta_begin(std::size_t row) const noexcept { return row ? meta_end_[row - 1] : 0; }
  std::uint32_t meta_end(std::size_t row) const noexcept { return meta_end_[row]; }
  std::uint8_t level(std::size_t row) const noexcept { return levels_[row]; }
  void set_level(std::size_t row, std::uint8_t level) noexcept { levels_[row] = level; }
  /// Make room for rows and bytes of lines.
  void reserve(std::size_t rows, std::size_t text);

  /// Leave out all rows, and keep their memory for others.
  void clear() noexcept;
  void append(const Row& row);
  /// Add rows whose sizes, levels and texts are given one after the other, and add up.
  void append_columns(const std::vector<std::int64_t>& times,
                      const std::vector<std::uint32_t>& line_sizes,
                      const std::vector<std::uint32_t>& meta_sizes, std::string_view levels,
                      std::string_view text, std::string_view meta);
  /// Add the rows [first, last) of another, in their order.
  void append_rows(const Rows& from, std::size_t first, std::size_t last);
  /// Whether rows can be added without looking for equal ones: they are in the order of time, all
  /// newer than those that are here, and no two of them are equal.
  bool can_be_followed_by(const Rows& batch) const noexcept;
  /// The newest time, or the least number.
  std::int64_t newest_ns() const noexcept { return newest_ns_; }
  bool is_in_order() const noexcept { return std::is_sorted(times_.begin(), times_.end()); }
  /// The row behind the last that is added from `first` on until `room` bytes are held.
  std::size_t last_within(std::size_t first, std::size_t held, std::size_t room) const noexcept;
  /// Add a row unless an equal one is there; tell whether it was added.
  bool insert(const Row& row);
  /// Whether a row of [first, last) has this time, line and metadata. Builds the index once.
  bool contains(const Row& row, std::size_t first, std::size_t last);
  /// The rows ordered by time; what is of one time keeps its order. Kept until rows are added.
  const std::vector<std::uint32_t>& order();
  /// The row that the byte `offset` of the text belongs to, at or after `from`.
  std::size_t row_at(std::size_t offset, std::size_t from) const noexcept;

  std::shared_mutex mutex;

 private:
  static constexpr std::size_t kRowBytes = 8 + 4 + 4 + 1 + 8;
  void index_up_to(std::size_t count);
  bool is_equal(std::size_t row, const Row& other) const noexcept;

  Column<std::int64_t> times_;
  Column<std::uint32_t> line_end_;
  Column<std::uint32_t> meta_end_;
  Column<std::uint8_t> levels_;
  Column<char> lines_;
  Column<char> meta_;
  // Open addressing: row + 1, 0 is free. As many rows are in it as `indexed_` says.
  std::vector<std::uint32_t> slots_;
  std::size_t indexed_ = 0;
  std::vector<std::uint32_t> order_;
  std::int64_t newest_ns_ = std::numeric_limits<std::int64_t>::min();
};

/// The rows of [first, last) within [start, end) that meet every filter.
std::vector<std::uint32_t> find(const Rows& rows, std::size_t first, std::size_t last,
                                std::int64_t start_ns, std::int64_t end_ns,
                                const std::vector<Filter>& filters);

}  // namespace whiteroom::logs

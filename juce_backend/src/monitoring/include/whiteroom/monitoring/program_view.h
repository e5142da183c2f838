/// The metrics of one program: what its base, its dead and its living segments hold together.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "segment_reader.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// A segment and whether its process lives.
struct SegmentReading {
  SegmentImage image;
  bool alive;
};

/// The series of one family, from all segments.
class MergedFamily {
 public:
  FamilyDescription description;

  std::size_t size() const noexcept { return values_.size(); }
  /// The encoded open label values of a series; see LabelValues.
  std::string_view values(std::size_t series) const noexcept { return values_[series]; }
  /// The cells of all closed combinations of a series.
  Span<const std::uint64_t> cells(std::size_t series) const noexcept {
    return {&cells_[series * stride()], stride()};
  }

  /// About how much memory this holds.
  std::size_t held_bytes() const noexcept {
    return values_.capacity() * sizeof(values_[0]) + cells_.capacity() * sizeof(cells_[0]);
  }

  /// Make room for that many more series.
  void reserve(std::size_t series) {
    values_.reserve(values_.size() + series);
    cells_.reserve(cells_.size() + series * stride());
  }
  /// Combine the cells with those of the same values. `values` must outlive the family. `unique`
  /// promises that no other series added so far has these values, which saves looking.
  void add(std::string_view values, Span<const std::uint64_t> cells, bool unique);
  void remove(std::string_view values);
  /// Cells of a series.
  std::size_t stride() const noexcept {
    return std::size_t{description.group_cells()} * description.groups();
  }

 private:
  std::size_t* find(std::string_view values);
  void combine(std::uint64_t* old, Span<const std::uint64_t> now) const;

  std::vector<std::string_view> values_;
  std::vector<std::uint64_t> cells_;
  std::unordered_map<std::string_view, std::size_t> places_;
  bool indexed_ = false;
};

/// The metrics of all processes of a program, added up.
class ProgramView {
 public:
  /// Merge segments: counters, histograms and summaries of all are added; gauges and infos of the
  /// living are combined as the catalogue says. Where two segments describe a family differently
  /// (another version of the catalogue), the newest one's description holds, and the others' series
  /// of that family are left out and named in conflicts().
  explicit ProgramView(std::vector<SegmentReading> readings);
  // Families refer to the readings, which a copy would leave behind.
  ProgramView(ProgramView&&) = default;
  ProgramView& operator=(ProgramView&&) = default;

  /// Families by name.
  const std::map<std::string, MergedFamily, std::less<>>& families() const noexcept {
    return families_;
  }
  const std::vector<std::string>& conflicts() const noexcept { return conflicts_; }
  /// When the program began to count: the start of its first process that is still counted.
  std::uint64_t created_unix_ns() const noexcept { return created_unix_ns_; }
  /// About how much memory this holds.
  std::size_t held_bytes() const noexcept;

  /// Know the families of a segment, too, whose series are not read.
  void describe_also(const SegmentImage& image);
  /// Add the counts of a series, if its family is known with such cells. The values must outlive
  /// this.
  void add(std::string_view family, std::string_view values, Span<const std::uint64_t> cells);
  /// Leave a series out.
  void remove(std::string_view family, std::string_view values);
  /// Add `amounts`, one for each combination of its closed labels, to a counter with one open
  /// label, if the family is known with as many.
  void add_to_counter(std::string_view family, const std::string& value,
                      Span<const std::uint64_t> amounts);

 private:
  void describe();
  void merge(const SegmentReading& reading);
  bool departed(const SegmentReading& reading, std::uint32_t number) const;

  std::vector<SegmentReading> readings_;  ///< the label values point into them
  std::uint64_t created_unix_ns_ = 0;
  std::deque<std::string> own_values_;
  std::map<std::string, MergedFamily, std::less<>> families_;
  std::vector<std::string> conflicts_;
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

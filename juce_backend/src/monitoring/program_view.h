/// The metrics of one program: what its base, its dead and its living segments hold together.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "segment_reader.h"

namespace whiteroom::monitoring {

/// A segment and whether its process lives.
struct SegmentReading {
  SegmentImage image;
  bool alive;
};

/// One combination of open label values, with the cells of all its closed combinations.
struct MergedSeries {
  std::vector<std::string> values;
  std::vector<std::uint64_t> cells;  ///< in the encoding of the family's cells
};

struct MergedFamily {
  FamilyDescription description;
  std::vector<MergedSeries> series;
  std::unordered_map<std::string, std::size_t> places;  ///< of open values in `series`
};

class ProgramView {
 public:
  /// Merge segments: counters, histograms and summaries of all are added; gauges and infos of the
  /// living are combined as the catalogue says. Where two segments describe a family differently
  /// (another version of the catalogue), the newest one's description holds, and the others' series
  /// of that family are left out and named in conflicts().
  explicit ProgramView(std::vector<SegmentReading> readings);

  /// Families by name.
  const std::map<std::string, MergedFamily, std::less<>>& families() const noexcept {
    return families_;
  }
  const std::vector<std::string>& conflicts() const noexcept { return conflicts_; }

  /// Add `amount` to the single cell of a counter with one open label, if the family is known.
  void add_to_counter(std::string_view family, const std::string& value, std::uint64_t amount);

 private:
  void describe(const std::vector<SegmentReading>& readings);
  void merge(const SegmentReading& reading);

  std::map<std::string, MergedFamily, std::less<>> families_;
  std::vector<std::string> conflicts_;
};

}  // namespace whiteroom::monitoring

/// Reading a segment: an independent copy of its records and cells, checked before use.
///
/// A segment may be written while it is read, truncated, or be garbage: reading it gives a correct
/// reading or a SegmentError, never a crash.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "family.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// A segment that is damaged or of another version; the text says where and why.
class SegmentError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

/// Series that have left a segment together, to make room for others.
struct Departure {
  std::uint64_t segment_id;
  std::uint32_t number;  ///< counted by the segment, not 0

  bool operator==(const Departure& other) const noexcept {
    return segment_id == other.segment_id && number == other.number;
  }
};

/// A label of a family as a segment describes it.
struct LabelDescription {
  std::string name;
  std::vector<std::string> values;  ///< empty when the label is open
  std::uint32_t max_series = 0;

  bool operator==(const LabelDescription& other) const {
    return name == other.name && values == other.values && max_series == other.max_series;
  }
};

/// A family as a segment describes it.
struct FamilyDescription {
  std::string name;
  std::string help;
  std::string unit;
  MetricType type = MetricType::counter;
  Number number = Number::u64;
  Aggregation aggregation = Aggregation::sum;
  std::uint32_t scale = 1;
  std::vector<LabelDescription> labels;
  std::vector<double> bounds;
  bool exemplars = false;
  bool one_writer = false;  ///< of instances, which come and go

  std::uint32_t value_cells() const noexcept { return monitoring::value_cells(type, bounds); }
  std::uint32_t group_cells() const noexcept;
  std::uint32_t groups() const noexcept;
  std::size_t open_labels() const noexcept;
  bool cumulative() const noexcept { return type != MetricType::gauge && type != MetricType::info; }
  /// Whether the cells of the other can be added to these; texts may differ.
  bool same_cells(const FamilyDescription& other) const noexcept;
};

/// The values of a series' open labels, as its record holds them: each a uint16_t length and bytes.
class LabelValues {
 public:
  explicit LabelValues(std::string_view encoded) noexcept : rest_(encoded) {}
  /// Take the next value. The encoding has been checked when its segment was read.
  std::string_view next() noexcept;

 private:
  std::string_view rest_;
};

/// One series record. `values` are those of its open labels, encoded, and point into the image;
/// `cells` are all groups of all its closed combinations, shards added up, and are valid during the
/// visit.
struct SeriesView {
  std::uint16_t family;
  std::uint16_t instance;
  bool live;
  std::uint32_t departure;  ///< its number; 0 when the series stays
  std::string_view values;
  Span<const std::uint64_t> cells;
};

/// A copy of a segment, read without mapping it.
class SegmentImage {
 public:
  /// Read a file with pread. Throws SegmentError when it is damaged, and std::system_error when it
  /// can't be opened.
  static SegmentImage read(const std::string& path);
  /// Copy a segment of this process while others record into it. Throws SegmentError.
  static SegmentImage copy(Span<const std::byte> memory);

  const wrm_segment_header& header() const noexcept { return header_; }
  const std::vector<FamilyDescription>& families() const noexcept { return families_; }
  const std::vector<std::uint64_t>& folded() const noexcept { return folded_; }
  /// Of a base: the departures of other segments' series that it has settled.
  const std::vector<Departure>& departed() const noexcept { return departed_; }
  bool base() const noexcept { return header_.kind == WRM_KIND_BASE; }
  std::size_t held_bytes() const noexcept {
    return records_size_ + cells_size_ * sizeof(std::uint64_t);
  }

  /// How many series a family, given by its place in families(), has at most.
  std::size_t series_count(std::size_t family) const noexcept {
    const SeriesShape& shape = shapes_[family];
    return std::min(shape.records, cells_size_ / shape.cells);
  }
  /// The records one after the other, as the file has them.
  Span<const std::byte> records() const noexcept { return {records_.get(), records_size_}; }
  Span<const std::uint64_t> cells() const noexcept { return {cells_.get(), cells_size_}; }
  /// Sum of all cells, modulo 2^64.
  std::uint64_t sum_of_cells() const noexcept;
  /// Call `visit` for each series, in the order of their records. Throws SegmentError.
  void visit_series(const std::function<void(const SeriesView&)>& visit) const;

 private:
  /// What the records of a family's series have in common.
  struct SeriesShape {
    std::size_t cells;
    std::size_t open_labels;
    std::size_t records;
  };

  void read_file(int file);
  bool read_once(int file);
  bool copy_once(Span<const std::byte> memory);
  void check_header(std::uint64_t file_bytes) const;
  void allocate();
  void read_records();
  void read_record(const wrm_record_header& record, std::size_t offset);
  void mend_values(const wrm_record_header& record, std::size_t offset);
  void visit_one(Span<const std::byte> record,
                 const std::function<void(const SeriesView&)>& visit) const;
  [[noreturn]] void fail(const std::string& problem) const;

  std::string name_;
  wrm_segment_header header_{};
  // Not vectors, which would write zeros first.
  std::unique_ptr<std::byte[]> records_;
  std::unique_ptr<std::uint64_t[]> cells_;
  std::size_t records_size_ = 0;
  std::size_t cells_size_ = 0;
  std::vector<FamilyDescription> families_;
  std::vector<SeriesShape> shapes_;
  std::vector<std::uint64_t> folded_;
  std::vector<Departure> departed_;
  std::map<std::size_t, std::string> mended_;  ///< encoded values that were no UTF-8, by record
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

/// The series of one family as Python values.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "python_object.h"
#include "whiteroom/monitoring/segment_reader.h"

namespace whiteroom::monitoring::python {

class FamilyValues {
 public:
  /// `description` must outlive this.
  explicit FamilyValues(const FamilyDescription& description);

  /// Add every combination of closed labels that has a value, for these values of the open ones.
  void add(std::span<const std::string_view> open, std::span<const std::uint64_t> cells);

  /// Return (name, type, help, unit, label names, bounds, series). A series is (label values,
  /// values, exemplars). Its values are one number, or count and sum of a summary, or the buckets
  /// (not cumulative) and the sum of a histogram. An exemplar is None or (trace id, span id or "",
  /// value, Unix time in seconds).
  Ref take();

 private:
  void add_group(std::span<const std::string_view> open, const std::uint64_t* cells,
                 std::uint32_t group);
  Ref labels(std::span<const std::string_view> open, std::uint32_t group) const;
  Ref values(const std::uint64_t* cells) const;
  Ref exemplars(const std::uint64_t* cells) const;
  Ref exemplar(const std::uint64_t* slot) const;
  Ref number(Number kind, std::uint64_t cell) const;

  const FamilyDescription& family_;
  Ref series_;
};

}  // namespace whiteroom::monitoring::python

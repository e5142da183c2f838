/// The series of instances: who records into them, and which of them may make room for others.
///
/// Memory of the process, which no reader sees: segment.cpp keeps it and the records in step.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "whiteroom/monitoring/span.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

/// A record of the segment and its cells. Nobody owns a retired series: it still counts.
struct InstanceSeries {
  std::uint32_t record = 0;  ///< offset
  std::uint32_t record_bytes = 0;
  std::uint32_t cell = 0;  ///< index of the first
  std::uint32_t cells = 0;
  std::uint16_t instance = 0;  ///< whose cache lines the cells lie on
  std::uint16_t family = 0;
  std::string values{};            ///< of the open labels, encoded
  std::uint32_t owner = 0;         ///< number of the instance that records; 0: nobody
  std::uint64_t retired_last = 0;  ///< greater for who retired later
};

/// Not thread-safe; allocates.
class SeriesTable {
 public:
  /// Return the values as a record holds them.
  static std::string encode(Span<const std::string_view> values);

  /// Return the series of these values that `owner` records into, or one that nobody does.
  InstanceSeries* find(std::uint16_t family, const std::string& values, std::uint32_t owner);
  /// Whether any instance has had a series of these values that is still there.
  bool knows(std::uint16_t family, const std::string& values) const {
    return names_.contains({family, values});
  }
  /// Different values in a family, those of nobody included.
  std::size_t names(std::uint16_t family) const;

  /// Return a record and cells that are free, best on cache lines of `instance`; or null.
  InstanceSeries* take_free(std::uint32_t record_bytes, std::uint32_t cells,
                            std::uint16_t instance);
  InstanceSeries& add(InstanceSeries series);
  /// Enter what take_free() or add() has returned under its family and values.
  void enter(InstanceSeries& series);

  /// Return the series of an owner, which from now on are nobody's.
  std::vector<InstanceSeries*> retire(std::uint32_t owner);
  /// Return all series of the `most` values in a family that were retired first. Values that
  /// somebody records under, and `kept`, are left out.
  std::vector<InstanceSeries*> oldest_retired(std::uint16_t family, std::size_t most,
                                              const std::string& kept) const;
  /// Free a series: its record and cells can be taken.
  void release(InstanceSeries& series);

 private:
  using Name = std::pair<std::uint16_t, std::string>;

  std::deque<InstanceSeries> series_;  ///< stay where they are
  std::vector<InstanceSeries*> free_;
  std::map<Name, std::vector<InstanceSeries*>> names_;
  std::uint64_t retirements_ = 0;
};

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

/// Writing the records of a segment: families and series as bytes, and finding a series again.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "whiteroom/monitoring/family.h"
#include "whiteroom/monitoring/log_events.h"

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {

struct Departure;

constexpr std::size_t round_up(std::size_t value, std::size_t multiple) noexcept {
  return (value + multiple - 1) / multiple * multiple;
}

/// Return the bytes of a family's record.
std::vector<std::byte> family_record(const FamilySpec& spec);

/// Return the bytes of a live series' record. `values` are those of its open labels.
std::vector<std::byte> series_record(std::uint16_t family, std::uint16_t instance,
                                     std::uint32_t cell, Span<const std::string_view> values);

/// Return the bytes of a record that says that a base holds the segment `segment_id`.
std::vector<std::byte> folded_record(std::uint64_t segment_id);

/// Return the bytes of the records of a log: where its ring is, what an event means, a text that
/// events name, and the file that lines go to.
std::vector<std::byte> log_ring_record(std::uint32_t cell);
std::vector<std::byte> log_event_record(const LogEventSpec& event);
std::vector<std::byte> log_text_record(std::uint32_t number, std::string_view text);
std::vector<std::byte> log_file_record(std::string_view path);

/// Return the family of the series whose record starts at `record`.
std::uint16_t series_family(const std::byte* record) noexcept;

/// Return the first cell of the series whose record starts at `record`.
std::uint32_t series_cell(const std::byte* record) noexcept;

/// Make a series live, retired, or departing with the departure of this number.
void set_series_state(std::byte* record, wrm_series_state state,
                      std::uint32_t departure = 0) noexcept;

/// Make a record that long, if it is shorter, so that it has room for other values.
void pad_record(std::vector<std::byte>& record, std::size_t bytes);

/// Return the bytes of a record that says that a base has settled a departure.
std::vector<std::byte> departed_record(const Departure& departure);

/// Tell whether the record at `record` is the shared series of these values.
bool series_matches(const std::byte* record, std::uint16_t family,
                    Span<const std::string_view> values) noexcept;

std::uint64_t series_hash(std::uint16_t family, Span<const std::string_view> values) noexcept;

/// Finds the record of a series by its hash, without a copy of its text.
class SeriesIndex {
 public:
  /// Return the offset for which `matches` holds among those with this hash, or null.
  template <class Matches>
  const std::uint32_t* find(std::uint64_t hash, const Matches& matches) const {
    if (slots_.empty()) return nullptr;
    for (std::size_t slot = hash % slots_.size(); slots_[slot] != kEmpty;
         slot = (slot + 1) % slots_.size()) {
      if (matches(slots_[slot])) return &slots_[slot];
    }
    return nullptr;
  }

  void insert(std::uint64_t hash, std::uint32_t offset);

 private:
  static constexpr std::uint32_t kEmpty = UINT32_MAX;

  void place(std::uint64_t hash, std::uint32_t offset);

  std::vector<std::uint32_t> slots_;
  std::vector<std::uint64_t> hashes_;  ///< of the entries, in order of insertion
  std::vector<std::uint32_t> offsets_;
};

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

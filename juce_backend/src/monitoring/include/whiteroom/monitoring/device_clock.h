/// Works out what a device's stamps say, where it stamps its buffers with its own time: when it
/// wanted a callback, and what it has left out. Time is passed in.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "version.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// What a stamp says of the callback that it comes with.
struct DeviceStamp {
  std::chrono::nanoseconds due;      ///< when the device wanted it, on the clock of callbacks
  std::chrono::nanoseconds skipped;  ///< sound that the device has left out before it
};

/// A stamp says when the device plays a buffer, or has recorded it: on a clock of its own, and by
/// so much after or before the callback as the driver likes. What is exact is how far it moves on.
/// So the most punctual callback of late says by how much a stamp leads, and the others are late by
/// what theirs leads less; and a stamp that moves on by more than the buffer before it was long has
/// left sound out. Wait-free; one thread at a time.
class DeviceClock {
 public:
  /// Clocks of one machine that are slewed apart by NTP differ by less (RFC 5905: 500 ppm).
  static constexpr int kSlewed = 1024;
  /// A lead that falls by as much is none: of two clocks one has stood still, as in a sleep.
  static constexpr std::chrono::nanoseconds kOtherClock = std::chrono::seconds(1);

  /// A callback begins now, for a buffer of that length.
  DeviceStamp see(std::chrono::nanoseconds stamp, std::chrono::nanoseconds length,
                  std::chrono::nanoseconds now) noexcept {
    const auto lead = stamp - now;
    if (lead_) *lead_ -= (now - last_now_) / kSlewed;
    const bool other_clock = lead_ && std::chrono::abs(*lead_ - lead) > kOtherClock;
    const auto skipped =
        next_stamp_ && !other_clock ? stamp - *next_stamp_ : std::chrono::nanoseconds::zero();
    if (!lead_ || lead > *lead_ || other_clock) lead_ = lead;
    next_stamp_ = stamp + length;
    last_now_ = now;
    // Stamps of a device that goes on differ by its jitter; what it leaves out are whole buffers.
    return {stamp - *lead_, skipped > length / 2 ? skipped : std::chrono::nanoseconds::zero()};
  }

 private:
  std::optional<std::chrono::nanoseconds> lead_;
  std::optional<std::chrono::nanoseconds> next_stamp_;
  std::chrono::nanoseconds last_now_{};
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

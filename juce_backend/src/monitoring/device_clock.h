/// Works out when a device wanted a callback, where it stamps its buffers with its own time. Time
/// is passed in.
#pragma once

#include <chrono>
#include <optional>

namespace whiteroom::monitoring {

/// A stamp says when the device plays a buffer, or has recorded it: on a clock of its own, and by
/// so much after or before the callback as the driver likes. What is exact is how far it moves on.
/// So the most punctual callback of late says by how much a stamp leads, and the others are late by
/// what theirs leads less. Wait-free; one thread at a time.
class DeviceClock {
 public:
  /// Clocks of one machine that are slewed apart by NTP differ by less (RFC 5905: 500 ppm).
  static constexpr int kSlewed = 1024;
  /// A lead that falls by as much is none: of two clocks one has stood still, as in a sleep.
  static constexpr std::chrono::nanoseconds kOtherClock = std::chrono::seconds(1);

  /// Return when the callback that begins now was due, on the clock of `now`. Nothing when the
  /// device has left out sound, which the stamp does not count as late. `length` is the buffer's.
  std::optional<std::chrono::nanoseconds> due(std::chrono::nanoseconds stamp,
                                              std::chrono::nanoseconds length,
                                              std::chrono::nanoseconds now) noexcept {
    const auto lead = stamp - now;
    const bool hole = next_stamp_ && stamp - *next_stamp_ > length / 2;
    if (lead_) *lead_ -= (now - last_now_) / kSlewed;
    if (!lead_ || lead > *lead_ || *lead_ - lead > kOtherClock) lead_ = lead;
    next_stamp_ = stamp + length;
    last_now_ = now;
    if (hole) return std::nullopt;
    return stamp - *lead_;
  }

 private:
  std::optional<std::chrono::nanoseconds> lead_;
  std::optional<std::chrono::nanoseconds> next_stamp_;
  std::chrono::nanoseconds last_now_{};
};

}  // namespace whiteroom::monitoring

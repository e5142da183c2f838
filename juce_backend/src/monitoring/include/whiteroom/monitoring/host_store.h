/// Whether a host keeps a store of its own between its callbacks and the device, as a resampler
/// does: then what was delivered is not what the device has.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <utility>

#include "version.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// Return `value`, which is not negative, without its fraction. The library's floor is a call of a
/// function, where the compiler may not use a processor's newer instructions.
inline double whole_part(double value) noexcept {
  constexpr double kExact = 9e15;  // beyond, a double has no fraction
  return value < kExact ? static_cast<double>(static_cast<std::int64_t>(value)) : value;
}

/// A host without a store delivers as much from one wait to the next as the device asks for at
/// once, or a multiple when it catches up, however it splits it; and the next wait ends when that
/// has been played, but for jitter, which adds as often as it takes away. A host with a store may
/// deliver blocks of one length to a device of another: then nearly all waits are longer than what
/// was delivered, or nearly all are shorter, and a few make up for them by a block. Load makes
/// neither: silence makes waits later and never earlier, and a thread that was late by a block once
/// makes as many waits earlier by one as later.
/// Wait-free; one thread at a time. All times are nanoseconds.
class HostStore {
 public:
  /// Blocks that differ by a frame in 64 are those of a rate that is no whole number of frames.
  static constexpr double kEven = 1.0 / 64;

  /// The host waits, and then delivers this. It is so much `later` than at its last wait.
  void wait(double length, double later = 0) noexcept {
    lean(later, length);
    if (asked_ > 0 && delivered_ > 0) {
      // The same as the last time is the rule, and costs no division.
      const bool same = std::abs(delivered_ - asked_) <= kEven * asked_;
      const bool even = same || is_multiple(delivered_, asked_) || is_multiple(asked_, delivered_);
      uneven_ = std::clamp(uneven_ + (even || are_overloads() ? -1 : 1), 0, kMost);
    }
    if (delivered_ > 0) least_ = std::min(least_, delivered_);
    if (++waits_ % kMost == 0) last_least_ = std::exchange(least_, kUnknown);
    asked_ = delivered_ > 0 ? delivered_ : length;
    delivered_ = 0;
  }
  void deliver(double length) noexcept {
    delivered_ += length;
    longest_ = std::max(longest_, length);
  }
  /// What the device asks for at once, or more: the least that was delivered from one wait to the
  /// next. 0 until that is known.
  double at_once() const noexcept {
    return last_least_ < kUnknown ? std::min(least_, last_least_) : 0;
  }
  /// How much may be in the store: no more than one callback delivers.
  double size() const noexcept { return leans() || uneven_ >= kSure ? longest_ : 0; }

 private:
  /// Of the waits in a span, jitter makes as many longer as shorter, with a variance of a third of
  /// their number (runs up and down; Levene and Wolfowitz, 1944): 14 are 3.5 times the deviation of
  /// what is left of all spans.
  static constexpr int kLeaning = 14;
  static constexpr unsigned kSpan = 32;
  /// A block is made up for, less one wait's step: of 9 waits in 32 no less than 23 / 32 of it.
  static constexpr double kMadeUp = 0.7;
  /// A thread that is put aside within a block seems to wait there: that is rare.
  static constexpr int kSure = 4;
  static constexpr int kMost = 16;
  static constexpr double kUnknown = std::numeric_limits<double>::infinity();

  /// Whether waits lean, and others make up for them: more often than late threads do.
  bool leans() const noexcept {
    const int jumps = jumps_ + last_jumps_;
    return leaning_ > 0 ? leaning_ >= kLeaning && jumps < 0 : leaning_ <= -kLeaning && jumps > 0;
  }
  /// A wait ended so much `later` than the last one, against what was delivered.
  void lean(double later, double length) noexcept {
    // A slow clock makes a wait longer by a share of all that was delivered.
    const double step = kEven * std::max(length, delivered_);
    leaning_ += static_cast<int>(later > step) - static_cast<int>(later < -step);
    const double block = kMadeUp * std::max(length, longest_);
    jumps_ += static_cast<int>(later > block) - static_cast<int>(later < -block);
    if (waits_ % kSpan != 0) return;
    last_jumps_ = std::exchange(jumps_, 0);
    leaning_ /= 2;
  }
  /// Both may be what a host without a store has delivered while it was overloaded: two and three
  /// times what is asked for at once, which no callback of its is longer than.
  bool are_overloads() const noexcept {
    const double unit = at_once();
    return unit >= longest_ && is_multiple(delivered_, unit) && is_multiple(asked_, unit);
  }
  static bool is_multiple(double whole, double part) noexcept {
    const double times = whole / part;
    return std::abs(times - whole_part(times + 0.5)) <= kEven * times;
  }

  double asked_ = 0;
  double delivered_ = 0;
  double longest_ = 0;
  double least_ = kUnknown;       ///< of the waits since ...
  double last_least_ = kUnknown;  ///< ... and of those before
  unsigned waits_ = 0;
  int uneven_ = 0;
  int leaning_ = 0;     ///< waits that ended later than the one before, less those earlier
  int jumps_ = 0;       ///< waits that ended later by a block, less those earlier, in this span ...
  int last_jumps_ = 0;  ///< ... and in the last
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

/// A model of an audio device: how much it has left to play, and so for how long it had nothing.
///
/// The device plays what is delivered, at a rate of its own, out of a queue. Two observations say
/// what can be known of it from the calls alone; docs/explanation/dropout-model.md derives them:
///
/// 1. A block is asked for only when there is room for it. So when a callback starts, the queue
///    holds its capacity less the block, or less than that. This bounds when it runs dry.
/// 2. A thread that had to wait is called as soon as there is room. So the lateness of such
///    callbacks rises only by what the device did not play, and by the clocks' difference.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <utility>

#include "clock_skew.h"
#include "host_store.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// A callback, for the model. Times are nanoseconds since the stream's first callback, lengths are
/// nanoseconds by the sample rate that was told.
struct DeviceCall {
  double start;
  double end;
  double length;    ///< of what it delivers
  double block;     ///< what the device asks for at once, as far as that is told
  double capacity;  ///< of the queue; 0: unknown
  bool waited;      ///< the thread had to wait for it
  bool due_told;
  double due;  ///< when the device wanted it, if that is told
};

/// Wait-free; one thread at a time. For each callback: begin(), then the questions, then finish().
class DeviceModel {
 public:
  /// A rise of lateness that lasts so long is not made up for any more. No driver's queue is as
  /// deep, and what a queue can make up for it has made up for within its own length.
  static constexpr double kLasting = 2e9;
  /// Times are whole nanoseconds.
  static constexpr double kResolution = 0.5;
  /// A thread that has not waited for so long is overloaded, whatever the clocks: a clock that is
  /// slow by a hundredth gives it idle time.
  static constexpr double kForgiven = 1e9;

  /// The first callback comes now, at 0.
  void restart(const DeviceCall& first) noexcept {
    *this = {};
    asked_ = first.length;
  }

  /// A callback starts. While the stream is `settling`, the lines follow what is seen.
  void begin(const DeviceCall& call, bool settling) noexcept {
    if (call.start >= bin_end_) end_bin(call, settling);
    const double stretched = std::exchange(stretch_, 1 + skew_.skew());
    room_line_ += (stretched - stretch_) * call.length;
    since_waited_ = call.start - last_waited_;
    const double at = call.due_told ? std::min(call.start, call.due) : call.start;
    const double room = at - call.length * stretch_ - position_;
    lateness_ = at - position_;
    if (call.due_told) {
      room_line_ = room;
      wait_line_ = lateness_;
    }
    if (call.waited) {
      store_.wait(call.length, lateness_ - std::exchange(last_lateness_, lateness_));
    }
    // It has begun anew by now, for there is room.
    room_line_ += std::exchange(resume_, 0.0);
    const bool met = room <= room_line_;
    room_line_ = std::min(room, room_line_);
    if (tied_) wait_line_ = room_line_ + asked_;
    known_ = known_ || met || call.waited;
    tied_ = tied_ && !call.waited;
    if (call.waited) look_at_full_queue(at);
    due_ = position_ + std::max(room_line_ + call.length * stretch_, wait_line_);
  }

  /// When the callback would have started if it had been called at once.
  double due() const noexcept { return due_; }
  /// When the device has nothing left, as late as that may be: with a queue of which the depth is
  /// unknown, with two blocks.
  double deadline(const DeviceCall& call) const noexcept {
    if (call.capacity <= 0) return due_ + call.block * stretch_;
    // What is asked for at once fits into half of the queue, whatever was told: the device plays
    // the other half meanwhile.
    const double seen = std::min(seen_, wait_line_ - room_line_);
    const double capacity = std::max(call.capacity * stretch_, 2 * seen);
    const double dry = std::min(room_line_ + capacity, wait_line_ + capacity - at_once(call, seen));
    return position_ + dry + store_.size();
  }
  /// How far the deadline may be wrong: by what the clocks may differ since it was seen.
  double doubt(const DeviceCall& call) const noexcept {
    if (call.due_told) return kResolution;
    return kResolution + skew_.doubt() * (std::min(since_waited_, kForgiven) + call.capacity);
  }
  /// By how much lateness has risen for good, if it has. Counted from a full queue to a full queue,
  /// this is what the device did not play, whatever its depth.
  double lasting_rise() const noexcept { return rise_; }

  /// What else the device did not play before it began anew: known once the queue has been seen to
  /// be full again, and told once.
  double take_rest() noexcept { return std::exchange(rest_, 0.0); }

  /// The device has not played for so long, all told.
  void silent(double length) noexcept {
    position_ += length;
    last_lateness_ -= length;
    for (double& each : excesses_) each -= length;
    rise_ = 0;
  }
  /// A callback ended so much `over` its deadline, or before it, and no silence is told. The
  /// deadline is as late as a host's store may make it: what may have been silent before it raises
  /// the lines.
  void is_in_time(double over) noexcept {
    const double store = store_.size();
    const double hidden = over + store;
    if (store <= 0 || hidden <= 0) return;
    raise_lines(hidden);
  }
  /// Whether the queue was seen to be full since the device began anew: until then nobody knows
  /// when exactly it did.
  bool is_known() const noexcept { return known_; }
  /// The device begins anew after so much `silence`, up to a block and so much `more` later than it
  /// would have to, or up to what it asks for at once.
  void resumes(const DeviceCall& call, double silence, double more = 0) noexcept {
    skew_.break_off();
    forget_bins();
    const double within = std::max(call.block + more, asked_);
    // Once until the queue is full again, or after silence that is longer: else an overload would
    // give way for ever.
    if (!std::exchange(known_, false) && silence <= within) return;
    if (!std::exchange(tied_, true)) asked_ = wait_line_ - room_line_;
    seen_ = std::min(seen_, asked_);
    resume_ = std::max(within, asked_);
  }
  /// The same after silence that counts: if the lines rise by more than a block, it was silent,
  /// too.
  void resumes_after_silence(const DeviceCall& call, double silence) noexcept {
    if (!tied_) settle_rest();
    if (level_ == kNothing) level_ = wait_line_;
    grid_ = call.block * stretch_ * (1 - kLocked);
    resumes(call, silence);
  }
  /// So much of a rest is counted already.
  void rest_is_known(double length) noexcept { level_ += length; }
  /// The stream is another one: the next callback is due when the old one's next would have been.
  void reconfigured(const DeviceCall& call, double last_length) noexcept {
    room_line_ += (last_length - call.length) * stretch_;
  }
  /// The stream was changed in time: what was known of the queue is void. It is full now, and the
  /// device begins anew up to a block later.
  void forget(const DeviceCall& call) noexcept {
    asked_ = call.length * stretch_;
    wait_line_ = lateness_;
    room_line_ = wait_line_ - asked_;
    resume_ = std::max(call.block, asked_);
    tied_ = true;
    known_ = false;
    level_ = seen_ = kNothing;
    excesses_.fill(-1);
    forget_bins();
    skew_.break_off();
  }

  /// The callback has delivered.
  void finish(const DeviceCall& call) noexcept {
    // What a slow clock may have raised lateness by; never while the thread does not wait, or else
    // an overload would be taken for a slow clock.
    if (call.waited) {
      raise(std::clamp(lateness_ - wait_line_, 0.0, skew_.doubt() * since_waited_));
      last_waited_ = call.start;
    }
    store_.deliver(call.length);
    position_ += call.length;
    raise(skew_.skew() * call.length);
  }

 private:
  static constexpr double kNothing = std::numeric_limits<double>::infinity();
  static constexpr std::size_t kBins = 16;
  static constexpr double kBin = kLasting / kBins;
  static constexpr std::ptrdiff_t kSeen = kBins / 2;
  /// Of 15 steps between bins, jitter makes 7.5 go up, with a variance of 16/12 (runs up and down):
  /// 12 are four times the deviation.
  static constexpr int kSteady = 12;

  /// Clocks that are locked to each other, or are rounded, differ by less.
  static constexpr double kLocked = 1e-3;

  void forget_bins() noexcept { bin_excess_ = last_bin_excess_ = kNothing; }

  /// What the device asks for at once, at least; `seen` is what it has had room for at once.
  double at_once(const DeviceCall& call, double seen) const noexcept {
    const double asked = store_.at_once();
    if (asked < call.block * (1 - HostStore::kEven)) return 0;
    if (seen <= call.block * stretch_ * (1 + HostStore::kEven)) return call.block * stretch_;
    const double blocks =
        whole_part(std::min(asked, call.capacity / 2) / call.block + HostStore::kEven);
    return blocks * call.block * stretch_;
  }

  void raise(double by) noexcept {
    room_line_ += by;
    wait_line_ += by;
    level_ += by;
  }
  void settle_rest() noexcept {
    const double rise = wait_line_ - level_;
    if (rise > grid_) rest_ += rise;
    level_ = kNothing;
  }

  void look_at_full_queue(double at) noexcept {
    bin_excess_ = std::min(bin_excess_, lateness_ - wait_line_);
    wait_line_ = std::min(wait_line_, lateness_);
    skew_.observe(at, lateness_);
  }

  void end_bin(const DeviceCall& call, bool settling) noexcept {
    const double least = std::min(bin_excess_, last_bin_excess_);
    const bool full = std::max(bin_excess_, last_bin_excess_) < kNothing;
    last_bin_excess_ = std::exchange(bin_excess_, kNothing);
    bin_end_ = call.start + kBin;
    if (settling || call.capacity > 0) {
      // Silence is told from the queue, so that this says where the lines are: higher, when the
      // device has begun anew later than was thought. Of two bins, for one may be short.
      if (least > 0 && least < kNothing) raise_lines(least);
      if (full) settle_rest();
      excesses_.fill(-1);
      return;
    }
    excesses_[next_bin_++ % kBins] = last_bin_excess_;
    follow_clock();
    const double rise = *std::min_element(excesses_.begin(), excesses_.end());
    // A thread that hardly ever waits may be late each time that it does.
    const auto seen = std::count_if(excesses_.begin(), excesses_.end(),
                                    [](double each) { return each < kNothing; });
    const bool lasts = rise > call.block / 2 + store_.size() && seen >= kSeen;
    rise_ = lasts ? rise : 0;
  }
  /// A clock that has changed raises lateness steadily, as silence does not: the lines follow,
  /// before the skew is known.
  void follow_clock() noexcept {
    const auto excess = [&](std::size_t i) { return excesses_[(next_bin_ + i) % kBins]; };
    int grown = 0;
    for (std::size_t i = 1; i < kBins; ++i) grown += static_cast<int>(excess(i) > excess(i - 1));
    const double growth = (excess(kBins - 1) - excess(0)) / (kBins - 1);
    if (grown < kSteady || growth <= 0 || growth > ClockSkew::kMost * kBin) return;
    raise_lines(growth);
    for (double& each : excesses_) each -= growth;
  }
  void raise_lines(double by) noexcept {
    room_line_ += by;
    wait_line_ += by;
    last_bin_excess_ -= by;
  }

  ClockSkew skew_;
  HostStore store_;
  double position_ = 0;  ///< what was delivered and what was silent, by a clock without skew
  double room_line_ = kNothing;  ///< the least start less length, against the position
  double wait_line_ = 0;         ///< the least start of a callback that was waited for, against it
  double resume_ = 0;            ///< how much later the device may have begun anew
  double asked_ = 0;             ///< how far the lines were apart when it did
  double seen_ = kNothing;       ///< the least of that: of a few waits it is too large
  bool known_ = true;            ///< since it has begun anew
  double level_ = kNothing;      ///< of the wait line before it did, as long as that matters
  double grid_ = 0;              ///< what of a rise may be the device's grid
  double rest_ = 0;              ///< what was silent beside what was told
  double stretch_ = 1;           ///< of lengths, by the device's clock
  double lateness_ = 0;          ///< of this callback, against the position
  double last_lateness_ = 0;     ///< of the last that was waited for
  double due_ = 0;               ///< of this callback
  double last_waited_ = 0;
  bool tied_ = true;  ///< the lines move together until a callback is waited for
  double since_waited_ = 0;
  double rise_ = 0;
  // Least values of a bin of time.
  double bin_end_ = kBin;
  double bin_excess_ = kNothing;
  double last_bin_excess_ = kNothing;
  std::array<double, kBins> excesses_{};
  std::size_t next_bin_ = 0;
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

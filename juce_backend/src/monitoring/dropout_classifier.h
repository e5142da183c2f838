/// Tells dropouts from callbacks that were in time, and what caused them. Time is passed in, so the
/// same class judges live callbacks and those of a test's virtual clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>

#include "generated/audio.h"

namespace whiteroom::monitoring {

/// One render callback, seen from outside.
struct CallbackTiming {
  std::chrono::nanoseconds start;         ///< on a monotonic clock
  std::chrono::nanoseconds render;        ///< how long it took
  std::chrono::nanoseconds buffer;        ///< length of its buffer, which is its deadline
  bool device_xrun = false;               ///< the driver has reported one since the last callback
  std::chrono::nanoseconds device_delay;  ///< how late the device was, as far as the driver says
};

/// A deadline that was missed. `begins` is set in the first of a run: that is one dropout.
struct Miss {
  audio::Cause cause;
  bool begins;
  std::chrono::nanoseconds lost;  ///< sound that is missing because of this callback
};

/// Judges the callbacks of one stream in their order. Wait-free; one thread at a time.
///
/// - over_budget: rendering took longer than the buffer lasts.
/// - configuration: the buffer's length has changed, and the callback came late.
/// - late_callback: it came more than one buffer after the moment at which it could have come.
/// - device: the driver reports an XRUN that none of these explains.
///
/// One dropout is one maximal run of missed deadlines; it has the cause of its first. The first
/// second of a stream doesn't count: devices and caches settle.
class DropoutClassifier {
 public:
  static constexpr std::chrono::nanoseconds kSettling = std::chrono::seconds(1);

  std::optional<Miss> judge(const CallbackTiming& timing) noexcept {
    using std::chrono::nanoseconds;
    if (!last_) first_start_ = timing.start;
    const nanoseconds over = timing.render - timing.buffer;
    const nanoseconds late = last_ ? timing.start - earliest_next() : nanoseconds::zero();
    const bool reconfigured = last_ && last_->buffer != timing.buffer;
    last_ = timing;
    const bool settling = timing.start - first_start_ < kSettling;
    if (settling) return ended();
    if (over > nanoseconds::zero()) return missed(audio::Cause::over_budget, over);
    if (late > timing.buffer) {
      return missed(reconfigured ? audio::Cause::configuration : audio::Cause::late_callback, late);
    }
    // A driver reports a late callback as an XRUN, too: that one is known already.
    if (timing.device_xrun && !running_) {
      return missed(audio::Cause::device, std::max(timing.device_delay, nanoseconds::zero()));
    }
    return ended();
  }

 private:
  /// A callback follows its predecessor by a buffer, or by the predecessor's own excess.
  std::chrono::nanoseconds earliest_next() const noexcept {
    return last_->start + std::max(last_->render, last_->buffer);
  }
  std::optional<Miss> ended() noexcept {
    running_ = false;
    return std::nullopt;
  }
  std::optional<Miss> missed(audio::Cause cause, std::chrono::nanoseconds lost) noexcept {
    const bool begins = !running_;
    if (begins) cause_ = cause;
    running_ = true;
    return Miss{cause_, begins, lost};
  }

  std::optional<CallbackTiming> last_;
  std::chrono::nanoseconds first_start_{};
  audio::Cause cause_ = audio::Cause::over_budget;
  bool running_ = false;
};

}  // namespace whiteroom::monitoring

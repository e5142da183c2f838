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
  std::chrono::nanoseconds start;   ///< on a monotonic clock
  std::chrono::nanoseconds render;  ///< how long it took
  std::chrono::nanoseconds buffer;  ///< length of its buffer
  /// When the device wanted it, where the driver knows that; else it is worked out.
  std::optional<std::chrono::nanoseconds> due{};
  bool device_xrun = false;                 ///< the driver has reported one since the last callback
  bool reconfigured = false;                ///< the stream was changed since the last callback
  std::chrono::nanoseconds device_delay{};  ///< how late the device was, as far as the driver says
};

/// A deadline that was missed. `begins` is set in the first of a run: that is one dropout.
struct Miss {
  audio::Cause cause;
  bool begins;
  std::chrono::nanoseconds lost;  ///< sound that is missing because of this callback
};

/// How one callback did.
struct Verdict {
  std::chrono::nanoseconds late;   ///< how much later than it was due it began
  std::chrono::nanoseconds spare;  ///< what was left until its deadline; negative when missed
  std::optional<Miss> miss{};
};

/// Judges the callbacks of one stream in their order. Wait-free; one thread at a time.
///
/// A callback's deadline is one buffer after it was due, for then the device plays what it has
/// rendered; who is later has lost as much sound. Why:
///
/// - over_budget: rendering took longer than the buffer lasts.
/// - configuration: it did not, but the stream was changed just before.
/// - late_callback: it did not, but the callback began too late.
/// - device: the deadline was met, and the driver reports an XRUN all the same.
///
/// One dropout is one maximal run of missed deadlines; it has the cause of its first. The first
/// second of a stream doesn't count: devices and caches settle.
///
/// When a callback is due, if the driver does not say it: a buffer after the one before it, or
/// earlier, when it comes earlier. That is exact as soon as one callback has come without delay. A
/// device may be slower than its sample rate says by 1/2048: that much the schedule gives way.
/// After a dropout the device begins anew, within one buffer.
class DropoutClassifier {
 public:
  static constexpr std::chrono::nanoseconds kSettling = std::chrono::seconds(1);
  /// An XRUN that is reported so long after a missed deadline is that one's: drivers report from
  /// another thread.
  static constexpr std::chrono::nanoseconds kReportDelay = std::chrono::milliseconds(50);

  Verdict judge(const CallbackTiming& timing) noexcept {
    if (!last_buffer_) first_start_ = timing.start;
    const bool changed = last_buffer_ && (timing.reconfigured || *last_buffer_ != timing.buffer);
    const std::chrono::nanoseconds due = due_of(timing, changed);
    const std::chrono::nanoseconds end = timing.start + timing.render;
    Verdict verdict{.late = timing.start - due, .spare = due + timing.buffer - end};
    last_buffer_ = timing.buffer;
    if (verdict.spare < std::chrono::nanoseconds::zero()) {
      next_ = std::max(end, timing.start + timing.buffer);
      begins_anew_ = true;
      last_miss_ = end;
      verdict.miss = missed(timing, cause_of(timing, changed), -verdict.spare);
    } else {
      next_ = timing.buffer + (timing.due ? due : std::min(timing.start, due + give_way(timing)));
      begins_anew_ = false;
      verdict.miss = xrun(timing, changed);
    }
    if (!verdict.miss) running_ = false;
    return verdict;
  }

 private:
  static constexpr int kClockTolerance = 2048;

  std::chrono::nanoseconds due_of(const CallbackTiming& timing, bool changed) const noexcept {
    // A driver that was just changed knows nothing of the sound that is missing in between.
    if (timing.due && !changed) return std::min(timing.start, *timing.due);
    if (!last_buffer_) return timing.start;
    return std::min(timing.start, begins_anew_ ? next_ + timing.buffer : next_);
  }
  static std::chrono::nanoseconds give_way(const CallbackTiming& timing) noexcept {
    return timing.buffer / kClockTolerance;
  }
  static audio::Cause cause_of(const CallbackTiming& timing, bool changed) noexcept {
    if (timing.render > timing.buffer) return audio::Cause::over_budget;
    return changed ? audio::Cause::configuration : audio::Cause::late_callback;
  }
  /// An XRUN without a missed deadline, unless it is a late report of one.
  std::optional<Miss> xrun(const CallbackTiming& timing, bool changed) noexcept {
    const bool known = last_miss_ && timing.start - *last_miss_ < kReportDelay;
    if (!timing.device_xrun || known) return std::nullopt;
    return missed(timing, changed ? audio::Cause::configuration : audio::Cause::device,
                  std::max(timing.device_delay, std::chrono::nanoseconds::zero()));
  }
  std::optional<Miss> missed(const CallbackTiming& timing, audio::Cause cause,
                             std::chrono::nanoseconds lost) noexcept {
    if (timing.start - first_start_ < kSettling) return std::nullopt;
    const bool begins = !running_;
    if (begins) cause_ = cause;
    running_ = true;
    return Miss{cause_, begins, lost};
  }

  std::optional<std::chrono::nanoseconds> last_buffer_;
  std::optional<std::chrono::nanoseconds> last_miss_;
  std::chrono::nanoseconds first_start_{};
  std::chrono::nanoseconds next_{};  ///< when the next callback is due
  bool begins_anew_ = false;         ///< after a dropout: it may be due later
  audio::Cause cause_ = audio::Cause::over_budget;
  bool running_ = false;
};

}  // namespace whiteroom::monitoring

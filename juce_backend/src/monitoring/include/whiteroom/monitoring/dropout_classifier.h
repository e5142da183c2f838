/// Tells dropouts from callbacks that were in time, and what caused them. Time is passed in, so the
/// same class judges live callbacks and those of a test's virtual clock.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>
#include <utility>

#include "device_model.h"
#include "generated/audio.h"
#include "suspend_clock.h"
#include "xrun_ledger.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// One render callback, seen from outside.
struct CallbackTiming {
  using Length = std::chrono::duration<double, std::nano>;

  std::chrono::nanoseconds start;   ///< on a monotonic clock
  std::chrono::nanoseconds render;  ///< how long it took
  Length buffer;                    ///< length of what it delivers
  /// When the device wanted it, where the driver knows that; else it is worked out.
  std::optional<std::chrono::nanoseconds> due{};
  bool device_xrun = false;                 ///< the driver has reported one since the last callback
  bool reconfigured = false;                ///< the stream was changed since the last callback
  std::chrono::nanoseconds device_delay{};  ///< how late the device was, as far as the driver says
  Length block{};                           ///< of the device, as it was told; at least `buffer`
  std::uint32_t device_buffers = 0;         ///< blocks that it holds; 0: unknown
  std::optional<bool> waited{};             ///< whether the thread had to wait for the callback
};

/// A time without sound. `begins` is set in the first of a run: that is one dropout.
struct Miss {
  audio::Cause cause;
  bool begins;
  std::chrono::nanoseconds lost;  ///< sound that is missing because of this callback
  /// Sound that was missing in the dropout before, which is known only now; alone, `lost` is 0.
  std::chrono::nanoseconds rest{};
  audio::Cause rest_cause{};  ///< of that dropout
};

/// How one callback did.
struct Verdict {
  std::chrono::nanoseconds late;      ///< how much later than it was due it began
  std::chrono::nanoseconds spare;     ///< what was left until its deadline; negative when missed
  std::chrono::nanoseconds deadline;  ///< from when it was due
  std::optional<Miss> miss{};
  std::chrono::nanoseconds caught_up{};  ///< lateness that the queue has made up for until now
};

/// Judges the callbacks of one stream in their order. Wait-free; one thread at a time.
///
/// DeviceModel says for how long the device had nothing to play. With a queue of known depth that
/// is known when a callback ends; else once lateness has not been made up for in two seconds.
/// Causes:
///
/// - over_budget: rendering took longer than what it delivers lasts.
/// - configuration: it did not, but the stream was changed just before.
/// - late_callback: it did not, but the callback began too late.
/// - device: the device did not call for longer than any thread is late, or the driver reports an
///   XRUN that nothing else explains.
///
/// One dropout is one maximal run of callbacks with silence before them; it has the cause of its
/// first. The first second of a stream doesn't count: devices and caches settle. A hole in it
/// begins it anew.
class DropoutClassifier {
 public:
  static constexpr std::chrono::nanoseconds kSettling = std::chrono::seconds(1);
  /// Whoever calls later has not called: jackd gives a client up after so long (jackd(1),
  /// --timeout), and real-time throttling puts a thread aside for a tenth of it (sched(7)).
  static constexpr std::chrono::nanoseconds kHole = std::chrono::milliseconds(500);
  /// A stream that is changed and starts so much later was stopped in between.
  static constexpr std::chrono::nanoseconds kPause = std::chrono::seconds(2);

  /// A suspend takes longer; two clocks that are read one after the other differ by less.
  static constexpr std::chrono::nanoseconds kSuspended = std::chrono::milliseconds(100);

  explicit DropoutClassifier(SuspendClock suspended = {}) noexcept : suspended_(suspended) {}

  /// What follows is another stream, or the same after a pause.
  void restart() noexcept { *this = DropoutClassifier(suspended_); }

  Verdict judge(const CallbackTiming& timing) noexcept {
    DeviceCall call = call_of(timing);
    if (begins_afresh(timing, call)) begin_afresh(timing, call);
    if (timing.reconfigured) model_.reconfigured(call, last_length_);
    model_.begin(call, settling(call));
    const double deadline = model_.deadline(call);
    // A thread that waited has nothing left of what was before.
    busy_ = std::max(0.0, (call.waited ? 0 : busy_) + ns(timing.render) - call.length);
    behind_ = call.end - model_.due() - call.block;
    Verdict verdict{};
    verdict.late = rounded(std::max(0.0, call.start - model_.due()));
    verdict.spare = rounded(deadline - call.end);
    verdict.deadline = rounded(deadline - model_.due());
    suspect(timing, call);
    // Since it began anew, nobody knows exactly when: it may be the same silence still.
    counted_ = counted_ && call.capacity > 0 && !model_.is_known();
    const double lost = silence(call, call.end - deadline);
    verdict.caught_up = caught_up(lost);
    const audio::Cause before = cause_;
    if (lost > 0 || timing.device_xrun) verdict.miss = missed(timing, call, lost);
    running_ = verdict.miss.has_value();
    add_rest(verdict.miss, before);
    finish(timing, call, lost > 0);
    return verdict;
  }

 private:
  /// A thread that does nothing for so much of a block is not overloaded: it waits. This is more
  /// than a clock may be slow, and what a driver does between two callbacks takes less.
  static constexpr double kIdle = 1.0 / 64;
  /// But never less: a system call and a change of threads.
  static constexpr std::chrono::nanoseconds kLeastIdle = std::chrono::microseconds(20);
  /// A driver reports an XRUN before the queue has been played once more; a quarter of a block is
  /// for the jitter of the call that sees the report.
  static constexpr double kReportSlack = 0.25;
  /// At the earliest, for another thread reports: Linux lets one wait so long for its turn while
  /// others run (sched_latency_ns: 6 ms, times 1 + log2 of 8 processors or more).
  static constexpr std::chrono::nanoseconds kReportThread = std::chrono::milliseconds(24);
  /// An XRUN's silence shows in lateness, where it does, within so many times kLasting.
  static constexpr int kCounted = 2;

  static double ns(std::chrono::nanoseconds time) noexcept {
    return static_cast<double>(time.count());
  }
  static std::chrono::nanoseconds rounded(double time) noexcept {
    return std::chrono::nanoseconds(static_cast<std::int64_t>(time + (time < 0 ? -0.5 : 0.5)));
  }

  /// What is about to be counted.
  struct Loss {
    double lost;
    audio::Cause cause;
    bool again;             ///< it belongs to a dropout that was counted before
    bool reported = false;  ///< by the driver, which may not know how long it was
  };

  DeviceCall call_of(const CallbackTiming& timing) const noexcept {
    DeviceCall call{};
    call.start = ns(timing.start - origin_);
    call.end = call.start + ns(timing.render);
    call.length = timing.buffer.count();
    call.block = std::max(timing.block.count(), call.length);
    call.capacity = timing.device_buffers * call.block;
    const double idle = std::max(kIdle * call.length, ns(kLeastIdle));
    call.waited = timing.waited.value_or(call.start - last_end_ > idle);
    call.due_told = timing.due && !timing.reconfigured;
    if (call.due_told) call.due = ns(*timing.due - origin_);
    return call;
  }

  static bool settling(const DeviceCall& call) noexcept { return call.start < ns(kSettling); }

  bool begins_afresh(const CallbackTiming& timing, const DeviceCall& call) const noexcept {
    if (!started_ || slept_within(timing)) return true;
    const double gap = call.start - last_end_;
    if ((gap > 2 * call.block || timing.device_xrun) && was_suspended()) return true;
    if (last_end_ < ns(kSettling)) return gap > ns(kHole) && !call.due_told;
    return timing.reconfigured && gap > ns(kPause);
  }
  /// Whether the machine slept while the callback rendered: nobody knows how long it has taken.
  bool slept_within(const CallbackTiming& timing) const noexcept {
    return timing.render > kSuspended && was_suspended();
  }
  bool was_suspended() const noexcept {
    return suspended_.is_known() && suspended_.now() - slept_ > kSuspended;
  }
  void begin_afresh(const CallbackTiming& timing, DeviceCall& call) noexcept {
    // Where it slept while the callback rendered, the stream begins with the next.
    const bool slept = slept_within(timing);
    restart();
    started_ = !slept;
    origin_ = timing.start;
    if (suspended_.is_known()) slept_ = suspended_.now();
    call = call_of(timing);
    model_.restart(call);
  }

  /// Remember what raised lateness most since the queue was last full.
  void suspect(const CallbackTiming& timing, const DeviceCall& call) noexcept {
    const double grown = behind_ - std::max(0.0, last_behind_);
    if (call.start - model_.due() <= suspect_size_ / 2) suspect_size_ = 0;
    if (behind_ > 0 && grown > suspect_size_) {
      suspect_size_ = grown;
      suspect_ = cause_of(timing, call);
    }
    last_behind_ = behind_;
  }
  audio::Cause cause_of(const CallbackTiming& timing, const DeviceCall& call) const noexcept {
    // Less than a block late is what devices with two buffers forgive.
    if (busy_ > 0 && behind_ - busy_ <= std::max(busy_, call.block)) {
      return audio::Cause::over_budget;
    }
    if (timing.reconfigured) return audio::Cause::configuration;
    return call.start - model_.due() > ns(kHole) ? audio::Cause::device
                                                 : audio::Cause::late_callback;
  }

  /// Return for how long the device has not played, as far as that is known since the last call.
  double silence(const DeviceCall& call, double over) noexcept {
    const double late = call.start - model_.due();
    const bool known = call.capacity > 0;
    // Who is not called for so long does not stand between a device and its queue: it has stopped.
    if (late > ns(kHole) || (!known && behind_ > ns(kHole))) {
      const double lost = std::max(late, known ? over : behind_);
      resume(call, lost);
      return lost;
    }
    if (!known) {
      const double rise = model_.lasting_rise();
      if (rise > 0) model_.silent(rise);
      return rise;
    }
    if (over <= DeviceModel::kResolution || (!was_silent_ && over <= model_.doubt(call))) {
      model_.is_in_time(over);
      return 0;
    }
    resume(call, over);
    return over;
  }
  void resume(const DeviceCall& call, double silence) noexcept {
    model_.silent(silence);
    if (call.capacity > 0 && !call.due_told && !settling(call)) {
      model_.resumes_after_silence(call, silence);
    } else {
      model_.resumes(call, silence);
    }
  }

  /// Return what is to be counted: `silence` of the model, and what the driver reports beside it.
  std::optional<Miss> missed(const CallbackTiming& timing, const DeviceCall& call,
                             double silence) noexcept {
    const bool known = call.capacity > 0;
    Loss loss{silence, known ? cause_of(timing, call) : suspect_, counted_};
    if (known && silence > 0) {
      xruns_.expect(call.start, last_report(call), silence);
    } else if (silence > 0) {
      loss.again = xruns_.has_counted(call.end);
      loss.lost = xruns_.uncounted(call.end, silence);
    }
    if (timing.device_xrun) add_xrun(timing, call, loss);
    if ((loss.lost <= 0 && !loss.reported) || settling(call)) return std::nullopt;
    const bool begins = !loss.again && !running_;
    if (!running_) cause_ = loss.cause;
    counted_ = true;
    return Miss{cause_, begins, rounded(loss.lost)};
  }
  /// When a driver may still report what was silent until this callback ended.
  static double last_report(const DeviceCall& call) noexcept {
    return call.end + std::max(call.capacity + kReportSlack * call.block, ns(kReportThread));
  }
  /// Add what is known now of the dropout before.
  void add_rest(std::optional<Miss>& miss, audio::Cause before) noexcept {
    const double rest = model_.take_rest();
    if (rest <= DeviceModel::kResolution) return;
    if (!miss) miss = Miss{before, false, {}};
    miss->rest = rounded(rest);
    miss->rest_cause = before;
  }
  void add_xrun(const CallbackTiming& timing, const DeviceCall& call, Loss& loss) noexcept {
    const double told = ns(timing.device_delay);
    const bool again = xruns_.repeats(call.start, told, last_report(call));
    if (again && shown_) return;
    // Of what the callbacks show, a driver may tell twice; of two XRUNs of one length that they
    // don't show, nobody knows better.
    shown_ = xruns_.expects(call.start) || suspect_size_ > 0;
    if (xruns_.expects(call.start)) {
      // Driver and model differ by less than a block about what is the same silence.
      const double more = xruns_.match(told);
      if (more > call.block) {
        loss.lost += more;
        model_.rest_is_known(more);
        loss.again = true;
      }
      return;
    }
    loss.lost += told;
    loss.reported = true;
    if (call.capacity > 0 || suspect_size_ <= 0) {
      loss.cause = timing.reconfigured ? audio::Cause::configuration : audio::Cause::device;
    }
    xruns_.count(call.end, call.end + kCounted * DeviceModel::kLasting, told);
    // Where neither depth nor length is told, lateness will say how long it was, and all of it.
    if (call.capacity <= 0 && told <= 0) return;
    model_.rest_is_known(told);
    model_.resumes(call, 0, told);
  }
  /// Return what lateness the queue has made up for, once it has.
  std::chrono::nanoseconds caught_up(double lost) noexcept {
    most_behind_ = std::max(0.0, std::max(most_behind_, behind_) - lost);
    if (behind_ > 0) return {};
    return rounded(std::exchange(most_behind_, 0));
  }

  void finish(const CallbackTiming& timing, const DeviceCall& call, bool silent) noexcept {
    if (timing.reconfigured && !silent) model_.forget(call);
    model_.finish(call);
    was_silent_ = silent;
    last_end_ = call.end;
    last_length_ = call.length;
  }

  SuspendClock suspended_;
  DeviceModel model_;
  XrunLedger xruns_;
  std::chrono::nanoseconds origin_{};
  std::chrono::nanoseconds slept_{};
  bool started_ = false;
  double last_end_ = 0;
  double last_length_ = 0;
  double busy_ = 0;    ///< how much longer rendering takes than what is rendered lasts
  double behind_ = 0;  ///< by how much two buffers would have been too few
  double last_behind_ = 0;
  double most_behind_ = 0;   ///< since they would have sufficed
  double suspect_size_ = 0;  ///< since then, what one callback added to it
  audio::Cause suspect_ = audio::Cause::late_callback;  ///< ... and why
  audio::Cause cause_ = audio::Cause::over_budget;
  bool running_ = false;     ///< the last callback was one of a dropout
  bool counted_ = false;     ///< a dropout was, since the queue was last full
  bool shown_ = false;       ///< callbacks have shown what the driver has reported last
  bool was_silent_ = false;  ///< there was silence before the last callback ended
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

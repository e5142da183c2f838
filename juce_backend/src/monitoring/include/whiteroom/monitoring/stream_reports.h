/// What other threads than the callback's say of a stream, and the callback that hears of it.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>

#include "version.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// What a callback renders for. Only `realtime` has a deadline.
enum class CallbackMode : std::uint8_t {
  realtime,  ///< a device plays it
  offline,   ///< nobody listens while it is made: a bounce, JACK's freewheel
  bypassed,  ///< the device plays what somebody else makes
  paused,    ///< the device plays silence on purpose
};

/// How a stream is, and what has happened to it since it was last asked for.
struct StreamState {
  double frame_ns = 1e9 / 48'000;    ///< length of a frame
  std::uint32_t buffer_frames = 0;   ///< 0: not told
  std::uint32_t device_buffers = 0;  ///< 0: not told
  CallbackMode mode = CallbackMode::realtime;
  // Since the last time.
  bool afresh = false;        ///< it was stopped, or started after a pause
  bool reconfigured = false;  ///< it was changed while it ran
  std::uint32_t xruns = 0;
  std::chrono::nanoseconds xrun_delay{};  ///< of all of them
};

/// Hands on what is said. Wait-free. Everything but take() may be called by any thread.
class StreamReports {
 public:
  void set_stream(double sample_rate_hertz, std::uint32_t buffer_frames) noexcept {
    sample_rate_hertz_.store(sample_rate_hertz, kRelaxed);
    buffer_frames_.store(buffer_frames, kRelaxed);
    reconfigured_.store(true, kRelaxed);
    publish();
  }
  void set_device_buffers(std::uint32_t buffers) noexcept {
    device_buffers_.store(buffers, kRelaxed);
    publish();
  }
  void set_mode(CallbackMode mode) noexcept {
    mode_.store(mode, kRelaxed);
    publish();
  }
  void start_afresh() noexcept {
    afresh_.store(true, kRelaxed);
    publish();
  }
  void report_xrun(std::chrono::nanoseconds delay) noexcept { report_xruns(1, delay); }
  /// `delay` is that of all of them.
  void report_xruns(std::uint32_t count, std::chrono::nanoseconds delay) noexcept {
    xruns_.fetch_add(count, kRelaxed);
    delay_ns_.fetch_add(delay.count() > 0 ? delay.count() : 0, kRelaxed);
    publish();
  }

  /// Return the state, and what is new since the last call. One thread at a time, the callback's.
  const StreamState& take() noexcept {
    // Acquire: whoever sees the count sees what was stored before it.
    const std::uint64_t reports = reports_.load(std::memory_order_acquire);
    if (reports != taken_reports_) {
      taken_reports_ = reports;
      take_news();
    } else if (news_) {
      forget_news();
    }
    return state_;
  }

 private:
  // Relaxed: the count of reports publishes the values. What changes once more meanwhile is told by
  // the next count, so that a callback that overlaps a change is judged by either.
  static constexpr auto kRelaxed = std::memory_order_relaxed;

  // Release: see take().
  void publish() noexcept { reports_.fetch_add(1, std::memory_order_release); }

  void take_news() noexcept {
    news_ = true;
    state_.frame_ns = 1e9 / sample_rate_hertz_.load(kRelaxed);
    state_.buffer_frames = buffer_frames_.load(kRelaxed);
    state_.device_buffers = device_buffers_.load(kRelaxed);
    state_.mode = mode_.load(kRelaxed);
    state_.afresh = afresh_.exchange(false, kRelaxed);
    state_.reconfigured = reconfigured_.exchange(false, kRelaxed);
    // Two exchanges: an XRUN that is reported in between has its length told with the next.
    state_.xruns = xruns_.exchange(0, kRelaxed);
    state_.xrun_delay = std::chrono::nanoseconds(delay_ns_.exchange(0, kRelaxed));
  }
  void forget_news() noexcept {
    news_ = false;
    state_.afresh = false;
    state_.reconfigured = false;
    state_.xruns = 0;
    state_.xrun_delay = {};
  }

  std::atomic<std::uint64_t> reports_{0};
  std::atomic<double> sample_rate_hertz_{48'000};
  std::atomic<std::uint32_t> buffer_frames_{0};
  std::atomic<std::uint32_t> device_buffers_{0};
  std::atomic<CallbackMode> mode_{CallbackMode::realtime};
  std::atomic<bool> afresh_{false};
  std::atomic<bool> reconfigured_{false};
  std::atomic<std::uint32_t> xruns_{0};
  std::atomic<std::int64_t> delay_ns_{0};
  // The callback's.
  StreamState state_;
  std::uint64_t taken_reports_ = 0;
  bool news_ = false;
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

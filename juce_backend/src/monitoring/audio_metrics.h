/// Records what a render callback does: how long it takes, how much of its deadline that is, what
/// each channel costs, and the sound that is lost.
///
/// Make it before the callback starts. What is marked wait-free may be called from the callback: it
/// takes no lock, allocates nothing and doesn't call the system.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "dropout_classifier.h"
#include "generated/audio.h"
#include "segment.h"

namespace whiteroom::monitoring {

class AudioMetrics {
 public:
  using Clock = std::chrono::steady_clock;

  /// `channels` name the mixer's channels; `channel_rendered` takes their indices. May allocate.
  /// The segment has declared audio::families(), is prepared, and outlives this.
  AudioMetrics(Segment& segment, std::span<const std::string> channels);

  /// Say which version runs and what calls it; once, before the callback starts.
  void set_info(std::string_view version, audio::Driver driver);
  /// Say what the stream is like; again when it changes. Wait-free, any thread.
  void set_stream(double sample_rate_hertz, std::uint32_t buffer_frames) noexcept;
  void set_realtime_scheduling(bool in_force) noexcept;
  /// Any thread but the callback's: whoever reads the memory of a process calls the system.
  void set_memory(std::uint64_t resident_bytes) noexcept;

  /// The driver reports an XRUN, and how late the device was if it says so. Wait-free, any thread.
  void report_xrun(std::chrono::nanoseconds delay) noexcept;

  /// One channel has been rendered. Wait-free, the callback's thread.
  void channel_rendered(std::size_t channel, std::chrono::nanoseconds took) noexcept {
    channels_[channel].add(took);
    ++channels_rendered_;
  }
  /// A callback for `frames` has begun and ended at these times. Wait-free, the callback's thread.
  /// Counts what this and the calls for channels have cost, too: `end` is to be taken just before.
  void callback_rendered(Clock::time_point begin, Clock::time_point end,
                         std::uint32_t frames) noexcept;

 private:
  std::optional<Miss> judge(Clock::time_point begin, std::chrono::nanoseconds render,
                            std::chrono::duration<double> deadline) noexcept;
  /// What timing and recording one channel costs on this machine. Measured once, because a clock
  /// around each call would cost more than the call.
  std::chrono::nanoseconds measure_channel_cost() noexcept;

  audio::Shared shared_;
  audio::Realtime realtime_;
  std::vector<DurationCounter<Thread::realtime>> channels_;
  DropoutClassifier classifier_;
  std::atomic<double> sample_rate_hertz_{48000};
  std::atomic<std::uint64_t> reported_xruns_{0};
  std::atomic<std::int64_t> reported_delay_ns_{0};
  std::uint64_t judged_xruns_ = 0;
  std::uint32_t channels_rendered_ = 0;  ///< since the last callback
  std::chrono::nanoseconds channel_cost_{0};
};

}  // namespace whiteroom::monitoring

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

#include "dropout_classifier.h"
#include "generated/audio.h"
#include "plugin_rack.h"
#include "segment.h"

namespace whiteroom::monitoring {

class AudioMetrics {
 public:
  using Clock = std::chrono::steady_clock;

  /// `channels` name the mixer's channels; `channel_rendered` takes their indices. May allocate.
  /// The segment has declared audio::families(), is prepared, and outlives this.
  AudioMetrics(Segment& segment, std::span<const std::string> channels);
  AudioMetrics(const AudioMetrics&) = delete;
  AudioMetrics& operator=(const AudioMetrics&) = delete;

  /// Make the rack of another mixer. Any thread, also while the callback runs; may lock and
  /// allocate.
  PluginRack rack(std::span<const ChannelNames> channels) const;
  /// Record for the plug-ins of `rack`, which outlives its use. Wait-free, the callback's thread,
  /// or any while there is no callback.
  void use(const PluginRack& rack) noexcept { rack_ = &rack; }

  /// Say which version runs and what calls it; once, before the callback starts.
  void set_info(std::string_view version, audio::Driver driver);
  /// Say what the stream is like; again when it changes. Wait-free, any thread.
  void set_stream(double sample_rate_hertz, std::uint32_t buffer_frames) noexcept;
  /// The stream starts after a pause in which nobody expected sound: what follows is judged afresh.
  /// Any thread while there is no callback.
  void stream_starts() noexcept { classifier_ = {}; }
  void set_realtime_scheduling(bool in_force) noexcept;
  /// Any thread but the callback's: whoever reads the memory of a process calls the system.
  void set_memory(std::uint64_t resident_bytes) noexcept;

  /// The driver reports an XRUN, and how late the device was if it says so. Wait-free, any thread.
  void report_xrun(std::chrono::nanoseconds delay) noexcept;

  /// One channel has been rendered. Wait-free, the callback's thread.
  void channel_rendered(std::size_t channel, std::chrono::nanoseconds took) noexcept {
    record(rack_->plugins_[channel], channel, took);
  }
  /// The same for a plug-in of the rack in use; its time counts as the channel's, too.
  void plugin_rendered(std::size_t plugin, std::chrono::nanoseconds took) noexcept {
    record(rack_->plugins_[plugin], plugin, took);
  }
  /// A callback for `frames` has begun and ended at these times, and was `due`, where the driver
  /// knows that. Wait-free, the callback's thread. Counts what this and the calls for channels have
  /// cost, too: `end` is to be taken just before. Return the deadline that was missed, if one was.
  std::optional<Miss> callback_rendered(
      Clock::time_point begin, Clock::time_point end, std::uint32_t frames,
      std::optional<Clock::time_point> due = std::nullopt) noexcept;
  /// The plug-in that took longest in the last callback, as the rack in use numbers it; nothing
  /// before there is one. The callback's thread.
  std::optional<std::size_t> most_expensive() const noexcept { return most_expensive_; }

 private:
  void record(const PluginRack::Plugin& plugin, std::size_t number,
              std::chrono::nanoseconds took) noexcept {
    plugin.add(took);
    if (took > longest_) {
      longest_ = took;
      longest_plugin_ = number;
    }
    ++plugins_rendered_;
  }
  /// The plug-ins of this callback are all recorded; name the one that took longest.
  void settle_plugins(bool over_budget) noexcept;
  CallbackTiming timing_of(Clock::time_point begin, Clock::time_point end,
                           std::uint32_t frames) noexcept;
  void record(const CallbackTiming& timing, const Verdict& verdict) noexcept;
  /// What timing and recording one plug-in costs on this machine. Measured once, because a clock
  /// around each call would cost more than the call.
  std::chrono::nanoseconds measure_plugin_cost() noexcept;

  audio::Shared shared_;
  audio::Realtime realtime_;
  PluginRack channels_;  ///< of the constructor
  const PluginRack* rack_ = &channels_;
  DropoutClassifier classifier_;
  std::atomic<double> sample_rate_hertz_{48000};
  std::atomic<std::uint64_t> reported_xruns_{0};
  std::atomic<std::int64_t> reported_delay_ns_{0};
  std::atomic<bool> reconfigured_{false};
  std::uint64_t judged_xruns_ = 0;
  // Since the last callback.
  std::uint32_t plugins_rendered_ = 0;
  std::chrono::nanoseconds longest_{0};
  std::size_t longest_plugin_ = 0;

  std::optional<std::size_t> most_expensive_;
  std::chrono::nanoseconds plugin_cost_{0};
};

/// Records one callback, from its construction to its destruction. Wait-free.
///
///     const AudioBlock block(metrics, frames);
class AudioBlock {
 public:
  AudioBlock(AudioMetrics& metrics, std::uint32_t frames,
             std::optional<AudioMetrics::Clock::time_point> due = std::nullopt) noexcept
      : metrics_(metrics), frames_(frames), due_(due) {
    if constexpr (kRecording) begin_ = AudioMetrics::Clock::now();
  }
  AudioBlock(const AudioBlock&) = delete;
  AudioBlock& operator=(const AudioBlock&) = delete;
  ~AudioBlock() {
    if constexpr (kRecording) {
      // A block of no frames has no deadline.
      const auto end = AudioMetrics::Clock::now();
      if (frames_ > 0) metrics_.callback_rendered(begin_, end, frames_, due_);
    }
  }

 private:
  AudioMetrics& metrics_;
  std::uint32_t frames_;
  std::optional<AudioMetrics::Clock::time_point> due_;
  AudioMetrics::Clock::time_point begin_{};
};

}  // namespace whiteroom::monitoring

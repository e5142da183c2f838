/// Records what a render callback does: how long it takes, how much of its deadline that is, what
/// each channel costs, and the sound that is lost.
///
/// Make it before the callback starts. What is marked wait-free may be called from the callback: it
/// takes no lock, allocates nothing and doesn't call the system.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "dropout_classifier.h"
#include "generated/audio.h"
#include "plugin_slots.h"
#include "segment.h"
#include "stream_reports.h"
#include "suspend_clock.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// What a driver or a host knows of one callback.
struct CallbackDetails {
  /// When the device wanted it.
  std::optional<std::chrono::steady_clock::time_point> due{};
  CallbackMode mode = CallbackMode::realtime;
  /// Whether the thread had to wait for it: the device then had room for no more. Where it is not
  /// told, it is worked out from the time between callbacks.
  std::optional<bool> waited{};
  /// For how long the system put it, and those before that were not told of, aside
  /// (preemption_watch.h).
  std::chrono::nanoseconds preempted{};
};

/// Records render callbacks, and all that follows from them: load, jitter, headroom, dropouts.
class AudioMetrics {
 public:
  using Clock = std::chrono::steady_clock;

  /// `channels` name the mixer's channels; `channel_rendered` takes their indices. May allocate.
  /// The segment has declared audio::families(), is prepared, and outlives this.
  AudioMetrics(Segment& segment, Span<const std::string> channels);
  AudioMetrics(const AudioMetrics&) = delete;
  AudioMetrics& operator=(const AudioMetrics&) = delete;
  ~AudioMetrics() { use(Span<const PluginSlots* const>{}); }

  /// Make the slots for the plug-ins of another mixer. Any thread, also while the callback runs;
  /// may lock and allocate.
  PluginSlots plugin_slots(Span<const ChannelNames> channels) const;
  /// Record for the plug-ins of `slots`. Wait-free, the callback's thread, or any while there is no
  /// callback.
  void use(const PluginSlots& slots) noexcept {
    const PluginSlots* const one = &slots;
    use(Span<const PluginSlots* const>(&one, 1));
  }
  /// The same for plug-ins that several threads render for one callback: each thread records into
  /// slots of its own, by PluginSlots::plugin_rendered(). At most kMostSlots.
  void use(Span<const PluginSlots* const> slots) noexcept;
  static constexpr std::size_t kMostSlots = 64;

  /// Say which version runs and what calls it; once, before the callback starts.
  void set_info(std::string_view version, audio::Driver driver);
  /// Say what the stream is like; again when it changes. Wait-free, any thread.
  void set_stream(double sample_rate_hertz, std::uint32_t buffer_frames) noexcept;
  /// Say how many buffers of set_stream()'s length the device holds, the one that it plays counted:
  /// then silence is told at once and exactly. 0: unknown. Wait-free, any thread.
  void set_device_buffers(std::uint32_t buffers) noexcept { reports_.set_device_buffers(buffers); }
  /// The stream stops on purpose: nobody expects sound until the next callback. A hole that is not
  /// told is a dropout. Wait-free, any thread.
  void stream_stops() noexcept { reports_.start_afresh(); }
  /// The stream starts after a pause in which nobody expected sound: what follows is judged afresh.
  /// Wait-free, any thread.
  void stream_starts() noexcept { reports_.start_afresh(); }
  /// What the callbacks render for from now on, where it is the stream's and not one callback's:
  /// offline in JACK's freewheel. Wait-free, any thread.
  void set_mode(CallbackMode mode) noexcept { reports_.set_mode(mode); }
  /// Say how long the machine has slept, where the times of callbacks are not those of this
  /// machine's clocks. Any thread while there is no callback.
  void set_suspend_clock(SuspendClock suspended) noexcept {
    classifier_ = DropoutClassifier(suspended);
  }
  void set_realtime_scheduling(bool in_force) noexcept;
  /// Any thread but the callback's: whoever reads the memory of a process calls the system.
  void set_memory(std::uint64_t resident_bytes) noexcept;

  /// The driver reports an XRUN, and how late the device was if it says so. Wait-free, any thread.
  void report_xrun(std::chrono::nanoseconds delay) noexcept { report_xruns(1, delay); }
  /// The driver reports so many at once, and how late the device was in all. Wait-free, any thread.
  void report_xruns(std::uint32_t count, std::chrono::nanoseconds delay) noexcept;
  /// The driver reports that recorded sound was lost, because nobody fetched it in time. Wait-free,
  /// any thread.
  void report_input_overrun() noexcept { shared_.audio_input_overruns_total.increment(); }

  /// One channel has been rendered. Wait-free, the callback's thread. An index that there is not is
  /// counted as lost, here and below.
  void channel_rendered(std::size_t channel, std::chrono::nanoseconds took) noexcept {
    plugin_rendered(channel, took);
  }
  /// The same for a plug-in of the slots in use, the first of several; its time counts as the
  /// channel's, too.
  void plugin_rendered(std::size_t plugin, std::chrono::nanoseconds took) noexcept {
    if constexpr (!kRecording) return;
    if (slots_used_ == 0) return detail::count_mistake(lost_, WRM_LOST_OUT_OF_RANGE);
    slots_[0]->rendered(plugin, took);
  }
  /// A callback for `frames` has begun and ended at these times, and was `due`, where the driver
  /// knows that. Wait-free, the callback's thread. Counts what this and the calls for channels have
  /// cost, too: `end` is to be taken just before. Return the deadline that was missed, if one was.
  std::optional<Miss> callback_rendered(
      Clock::time_point begin, Clock::time_point end, std::uint32_t frames,
      std::optional<Clock::time_point> due = std::nullopt) noexcept {
    return callback_rendered(begin, end, frames, CallbackDetails{due});
  }
  /// The same where more is known. A callback that is not for real time is counted as such and
  /// judged by nothing; what follows it is judged afresh. One of no frames has no deadline.
  std::optional<Miss> callback_rendered(Clock::time_point begin, Clock::time_point end,
                                        std::uint32_t frames,
                                        const CallbackDetails& details) noexcept;
  /// The plug-in that took longest in the last callback in which one was rendered; nothing before,
  /// when other slots are in use since, or when the callback was over budget only because the
  /// system put it aside. The callback's thread.
  std::optional<PluginPlace> most_expensive() const noexcept { return most_expensive_; }

 private:
  /// The plug-ins of this callback are all recorded; name the one that took longest.
  void settle_plugins(bool over_budget) noexcept;
  std::optional<Miss> judge(Clock::time_point begin, Clock::time_point end, std::uint32_t frames,
                            const CallbackDetails& details) noexcept;
  void record(const CallbackTiming& timing, const Verdict& verdict) noexcept;
  /// Count what recording has cost since the callback's `end`.
  void count_own_cost(Clock::time_point end) noexcept;
  /// What timing and recording one plug-in costs on this machine. Measured once, because a clock
  /// around each call would cost more than the call.
  static std::chrono::nanoseconds measure_plugin_cost();

  audio::Shared shared_;
  audio::Realtime realtime_;
  std::uint64_t* lost_;
  std::shared_ptr<detail::SlotPool> pool_ = std::make_shared<detail::SlotPool>();
  PluginSlots channels_;                                ///< of the constructor
  std::array<detail::SlotCells*, kMostSlots> slots_{};  ///< in use; kept by the pool
  std::size_t slots_used_ = 0;
  DropoutClassifier classifier_{SuspendClock{true}};
  StreamReports reports_;
  std::uint32_t plugins_rendered_ = 0;  ///< since the last callback
  std::optional<PluginPlace> most_expensive_;
  std::chrono::nanoseconds plugin_cost_{0};
  /// A prime, so that it is in step with nothing that somebody does in every so many callbacks.
  static constexpr int kMeasuredEvery = 17;
  int callbacks_until_measured_ = 0;
};

/// Records one callback, from its construction to its destruction. Wait-free.
///
///     const AudioBlock block(metrics, frames);
class AudioBlock {
 public:
  AudioBlock(AudioMetrics& metrics, std::uint32_t frames,
             std::optional<AudioMetrics::Clock::time_point> due = std::nullopt) noexcept
      : AudioBlock(metrics, frames, CallbackDetails{due}) {}
  AudioBlock(AudioMetrics& metrics, std::uint32_t frames, const CallbackDetails& details) noexcept
      : metrics_(metrics), frames_(frames), details_(details) {
    if constexpr (kRecording) begin_ = AudioMetrics::Clock::now();
  }
  AudioBlock(const AudioBlock&) = delete;
  AudioBlock& operator=(const AudioBlock&) = delete;
  ~AudioBlock() {
    if constexpr (kRecording) {
      metrics_.callback_rendered(begin_, AudioMetrics::Clock::now(), frames_, details_);
    }
  }

 private:
  AudioMetrics& metrics_;
  std::uint32_t frames_;
  CallbackDetails details_;
  AudioMetrics::Clock::time_point begin_{};
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

/// The engine: renders the song when a driver calls, and records how that went.
#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "abi/sch_engine.h"
#include "command.h"
#include "driver/driver.h"
#include "faults.h"
#include "mixer/mixer.h"
#include "queue/bounded_queue.h"
#include "song/song.h"
#include "whiteroom/monitoring/audio_metrics.h"
#include "whiteroom/monitoring/log_events.h"
#include "whiteroom/monitoring/preemption_watch.h"

namespace whiteroom::engine {

/// What is known of the sound now; figures count from the engine's start.
struct Snapshot {
  driver::Stream stream;
  bool realtime;
  bool playing;
  double tempo_bpm;
  double position_beats;
  std::uint64_t callbacks;
  std::uint64_t xruns;
  std::uint64_t dropouts;
  std::chrono::nanoseconds lost;
};

/// A song, the mixer that plays it, and where the mixer's plug-ins record.
struct LoadedSong {
  song::Song song;
  mixer::Mixer mixer;
  monitoring::PluginSlots plugin_slots;
  monitoring::LogText name;                  ///< as the log knows it
  std::vector<monitoring::LogText> plugins;  ///< the same, by their numbers
  std::uint32_t first = 0;                   ///< performances, and how they are blended at first
  std::uint32_t second = 0;
  double blend = 0;
};

/// Setters and snapshots may be called from any thread; render() from the driver's only.
class Engine final : public driver::Client, private mixer::PluginProbe {
 public:
  static constexpr std::size_t kCommands = 1024;
  static constexpr std::size_t kEvents = 256;

  Engine(monitoring::Segment& segment, Faults& faults);
  ~Engine();

  /// Make a song ready for a sample rate. Allocates.
  std::unique_ptr<LoadedSong> load(song::Song song, double sample_rate) const;
  /// Play another song from the next callback on. One thread at a time; frees the one before last.
  void play(std::unique_ptr<LoadedSong> song) noexcept;

  void thread_begins(bool realtime) noexcept override;
  void stream_changed(const driver::Stream& stream) noexcept override;
  void render(std::span<float> left, std::span<float> right, driver::Due due) noexcept override;
  void xrun(std::chrono::nanoseconds delay) noexcept override;
  void freewheel(bool begins) noexcept override;

  void set_playing(bool playing) noexcept;
  /// Between song::kSlowestBpm and song::kFastestBpm.
  void set_tempo(double bpm) noexcept { tempo_bpm_.store(bpm, std::memory_order_relaxed); }
  /// Let the next callback obey; return false when the queue is full. Does not lock.
  bool push(const Command& command) noexcept { return commands_.push(command); }
  /// Say that something has happened; lost when nobody fetches events. Does not lock.
  void post(sch_event_kind kind, double value, std::string_view text,
            std::string_view more = {}) noexcept;
  bool next_event(sch_event& event) noexcept { return events_.pop(event); }

  Snapshot snapshot() const noexcept;
  /// Fill in what the callback knows: all but the ids and the lengths.
  void describe(sch_performance_state& state) const noexcept;
  std::uint32_t first_performance() const noexcept {
    return first_.load(std::memory_order_relaxed);
  }
  std::uint32_t second_performance() const noexcept {
    return second_.load(std::memory_order_relaxed);
  }
  double blend() const noexcept { return blend_.load(std::memory_order_relaxed); }
  /// Return the longest that a callback took since this was last asked; one thread asks.
  std::chrono::nanoseconds take_longest_render() noexcept;

  monitoring::AudioMetrics& metrics() noexcept { return metrics_; }
  const monitoring::audio::Events& events() const noexcept { return events_log_; }

 private:
  using Clock = std::chrono::steady_clock;

  void take_next_song() noexcept;
  void obey_commands() noexcept;
  void obey(const Command& command) noexcept;
  void blend(std::uint32_t first, std::uint32_t second, double share) noexcept;
  void show(std::span<const float> left, std::span<const float> right) noexcept;
  void count(const std::optional<monitoring::Miss>& miss, Clock::time_point begin,
             std::chrono::nanoseconds took) noexcept;
  void log_over_budget(Clock::time_point begin, std::chrono::nanoseconds took,
                       std::chrono::nanoseconds preempted, Clock::duration buffer) noexcept;
  monitoring::LogText most_expensive() const noexcept;
  void enter_plugin(std::size_t plugin) noexcept override;
  void leave_plugin(std::size_t plugin, std::chrono::nanoseconds took) noexcept override;

  monitoring::Segment& segment_;
  monitoring::AudioMetrics metrics_;
  monitoring::audio::Events events_log_;
  const monitoring::LogText no_plugin_;
  const std::uint64_t first_dropout_id_;  ///< of this process alone
  Faults& faults_;
  BoundedQueue<Command, kCommands> commands_;
  BoundedQueue<sch_event, kEvents> events_;

  monitoring::PreemptionWatch preemption_;     ///< the callback's alone
  LoadedSong* current_ = nullptr;              ///< the same
  bool over_budget_ = false;                   ///< the same; of the callback before
  std::atomic<LoadedSong*> next_{nullptr};     ///< on its way to the callback
  std::atomic<LoadedSong*> retired_{nullptr};  ///< on its way back, to be freed

  // Relaxed throughout: each is a number by itself, and nothing is published with it.
  std::atomic<bool> playing_{true};
  std::atomic<double> tempo_bpm_{120};
  std::atomic<double> position_beats_{0};
  std::atomic<double> sample_rate_{0};
  std::atomic<std::uint32_t> buffer_frames_{0};
  std::atomic<bool> realtime_{false};
  std::atomic<std::uint64_t> callbacks_{0};
  std::atomic<std::uint64_t> xruns_{0};
  std::atomic<std::uint64_t> dropouts_{0};
  std::atomic<std::int64_t> lost_ns_{0};
  std::atomic<std::int64_t> longest_render_ns_{0};
  std::atomic<std::uint32_t> first_{0};
  std::atomic<std::uint32_t> second_{0};
  std::atomic<double> blend_{0};
  std::atomic<std::uint32_t> voices_{0};
  std::atomic<std::uint32_t> channels_{0};
  std::array<std::atomic<float>, SCH_MOST_CHANNELS> channel_peaks_{};
  std::array<std::atomic<float>, SCH_WAVEFORM_POINTS> waveform_{};  ///< by callback, in turn
};

}  // namespace whiteroom::engine

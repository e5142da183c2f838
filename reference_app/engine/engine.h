/// The engine: renders the song when a driver calls, and records how that went.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "audio_metrics.h"
#include "driver/driver.h"
#include "faults.h"
#include "mixer/mixer.h"
#include "song/song.h"

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
};

/// Setters and snapshots may be called from any thread; render() from the driver's only.
class Engine final : public driver::Client, private mixer::ChannelProbe {
 public:
  static constexpr double kSlowestBpm = 20;
  static constexpr double kFastestBpm = 300;

  /// Allocates all that rendering needs.
  Engine(const song::Song& song, double sample_rate, monitoring::Segment& segment, Faults& faults);

  void thread_begins(bool realtime) noexcept override;
  void stream_changed(const driver::Stream& stream) noexcept override;
  void render(std::span<float> left, std::span<float> right) noexcept override;
  void xrun(std::chrono::nanoseconds delay) noexcept override;

  void set_playing(bool playing) noexcept { playing_.store(playing, std::memory_order_relaxed); }
  /// Between kSlowestBpm and kFastestBpm.
  void set_tempo(double bpm) noexcept { tempo_bpm_.store(bpm, std::memory_order_relaxed); }
  Snapshot snapshot() const noexcept;
  /// Return the longest that a callback took since this was last asked; one thread asks.
  std::chrono::nanoseconds take_longest_render() noexcept;

  const std::vector<std::string>& channels() const noexcept { return channels_; }
  monitoring::AudioMetrics& metrics() noexcept { return metrics_; }

 private:
  void enter_channel(std::size_t channel) noexcept override;
  void leave_channel(std::size_t channel, std::chrono::nanoseconds took) noexcept override;

  std::vector<std::string> channels_;
  monitoring::AudioMetrics metrics_;
  Faults& faults_;
  mixer::Mixer mixer_;

  // Relaxed throughout: each is a number by itself, and nothing is published with it.
  std::atomic<bool> playing_{true};
  std::atomic<double> tempo_bpm_;
  std::atomic<double> position_beats_{0};
  std::atomic<double> sample_rate_{0};
  std::atomic<std::uint32_t> buffer_frames_{0};
  std::atomic<bool> realtime_{false};
  std::atomic<std::uint64_t> callbacks_{0};
  std::atomic<std::uint64_t> xruns_{0};
  std::atomic<std::int64_t> longest_render_ns_{0};
};

}  // namespace whiteroom::engine

/// All channels together, and what leaves the engine.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "dsp/limiter.h"
#include "mixer/channel.h"
#include "song/song.h"
#include "song/transport.h"

namespace whiteroom::engine::mixer {

/// Watches how long each plug-in takes; called from the render callback.
class PluginProbe {
 public:
  PluginProbe() = default;
  PluginProbe(const PluginProbe&) = delete;
  PluginProbe& operator=(const PluginProbe&) = delete;

  /// The plug-in is about to render; what this takes counts as the plug-in's.
  virtual void enter_plugin(std::size_t plugin) noexcept = 0;
  virtual void leave_plugin(std::size_t plugin, std::chrono::nanoseconds took) noexcept = 0;

 protected:
  ~PluginProbe() = default;
};

/// Each channel has an instrument and then an effect: plug-ins are numbered in this order.
inline constexpr std::size_t kPluginsOfChannel = 2;

/// How the song goes on in the next frames.
struct Course {
  bool playing = true;
  double tempo_bpm = 120;
};

/// Renders a song. Allocates in its constructor only; render() is wait-free.
class Mixer {
 public:
  Mixer(const song::Song& song, double sample_rate);

  /// Write the next frames; both sides have the same length. Without a probe no clock is read.
  void render(std::span<float> left, std::span<float> right, const Course& course,
              PluginProbe* probe) noexcept;

  /// Go on at another place of the song.
  void seek(double beats) noexcept;
  /// Play between two performances of the song, of which it has both: 0 is the first, 1 the second.
  void blend(std::size_t first, std::size_t second, double share) noexcept;

  double position_beats() const noexcept { return transport_.beats_at(frame_); }
  std::span<Channel> channels() noexcept { return channels_; }

 private:
  void render_channels(std::span<dsp::Stereo> bus, bool rebased, PluginProbe* probe) noexcept;

  song::Transport transport_;
  std::vector<Channel> channels_;
  std::vector<song::Performance> performances_;
  std::vector<dsp::Stereo> bus_;
  dsp::DcBlocker dc_left_;
  dsp::DcBlocker dc_right_;
  dsp::Limiter limiter_;
  std::int64_t frame_ = 0;
  bool sought_ = false;
};

}  // namespace whiteroom::engine::mixer

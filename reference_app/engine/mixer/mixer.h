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

/// Watches how long each channel takes; called from the render callback.
class ChannelProbe {
 public:
  ChannelProbe() = default;
  ChannelProbe(const ChannelProbe&) = delete;
  ChannelProbe& operator=(const ChannelProbe&) = delete;

  /// The channel is about to render; what this takes counts as the channel's.
  virtual void enter_channel(std::size_t channel) noexcept = 0;
  virtual void leave_channel(std::size_t channel, std::chrono::nanoseconds took) noexcept = 0;

 protected:
  ~ChannelProbe() = default;
};

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
              ChannelProbe* probe) noexcept;

  double position_beats() const noexcept { return transport_.beats_at(frame_); }
  std::span<const Channel> channels() const noexcept { return channels_; }

 private:
  void render_channels(std::span<dsp::Stereo> bus, bool rebased, ChannelProbe* probe) noexcept;

  song::Transport transport_;
  std::vector<Channel> channels_;
  std::vector<dsp::Stereo> bus_;
  dsp::DcBlocker dc_left_;
  dsp::DcBlocker dc_right_;
  dsp::Limiter limiter_;
  std::int64_t frame_ = 0;
};

}  // namespace whiteroom::engine::mixer

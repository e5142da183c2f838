/// Where in the song the engine is.
#pragma once

#include <cmath>
#include <cstdint>

namespace whiteroom::engine::song {

/// Maps frames to beats. Between two changes of tempo or play it is one straight line through a
/// fixed point, so that the frame of a note does not depend on how frames are cut into blocks.
class Transport {
 public:
  Transport(double tempo_bpm, double sample_rate) noexcept
      : tempo_bpm_(tempo_bpm), sample_rate_(sample_rate) {}

  /// Go on from `frame` with this tempo, or stand still there. Return whether anything changed.
  bool update(std::int64_t frame, bool playing, double tempo_bpm) noexcept {
    if (playing == playing_ && !(tempo_bpm < tempo_bpm_ || tempo_bpm > tempo_bpm_)) return false;
    origin_beats_ = beats_at(frame);
    origin_frame_ = frame;
    playing_ = playing;
    tempo_bpm_ = tempo_bpm;
    return true;
  }

  /// Go on from `frame` at another place of the song.
  void jump(std::int64_t frame, double beats) noexcept {
    origin_frame_ = frame;
    origin_beats_ = beats;
  }

  double beats_at(std::int64_t frame) const noexcept {
    if (!playing_) return origin_beats_;
    return origin_beats_ + static_cast<double>(frame - origin_frame_) * beats_per_frame();
  }

  /// Return the first frame at or after `beats`; INT64_MAX while the transport stands still.
  std::int64_t frame_at(double beats) const noexcept {
    if (!playing_) return INT64_MAX;
    const double frames = (beats - origin_beats_) / beats_per_frame();
    return origin_frame_ + static_cast<std::int64_t>(std::ceil(frames));
  }

  std::int64_t frames_of(double length_beats) const noexcept {
    return static_cast<std::int64_t>(length_beats / beats_per_frame());
  }

  bool playing() const noexcept { return playing_; }

 private:
  double beats_per_frame() const noexcept { return tempo_bpm_ / 60 / sample_rate_; }

  double tempo_bpm_;
  double sample_rate_;
  bool playing_ = true;
  std::int64_t origin_frame_ = 0;
  double origin_beats_ = 0;
};

}  // namespace whiteroom::engine::song

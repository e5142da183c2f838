/// One note that sounds.
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>

#include "dsp/envelope.h"
#include "dsp/filter.h"
#include "dsp/noise.h"
#include "dsp/oscillator.h"
#include "dsp/stereo.h"
#include "song/song.h"

namespace whiteroom::engine::mixer {

/// Plays a patch, one note at a time. Wait-free; nothing here allocates.
class Voice {
 public:
  Voice(const song::Patch& patch, float sample_rate, std::uint32_t noise_seed) noexcept;

  /// Begin a note that is held for `length_frames`; one that still sounds is bent into it.
  void start(const song::Note& note, std::int64_t length_frames) noexcept;
  /// Let the note fade from the next frame on.
  void release() noexcept { held_frames_ = std::min(held_frames_, age_frames_); }
  /// Bring pitch and filter to where the note's age says they are.
  void control() noexcept;
  /// Add the next frames of the note.
  void render(std::span<dsp::Stereo> out) noexcept;

  bool active() const noexcept { return amplitude_.active(); }
  std::int64_t age_frames() const noexcept { return age_frames_; }
  /// Whether a note of this pitch is held, and not by the song.
  bool holds(float pitch) const noexcept {
    return active() && held_frames_ == kUntilReleased && !(pitch < pitch_ || pitch > pitch_);
  }

  /// The length of a note that somebody will release.
  static constexpr std::int64_t kUntilReleased = INT64_MAX;

 private:
  float semitones_now() const noexcept;

  song::Patch patch_;
  float sample_rate_;
  dsp::Oscillator first_;
  dsp::Oscillator second_;
  dsp::Noise noise_;
  dsp::Envelope amplitude_;
  dsp::Envelope cutoff_;
  dsp::StateVariableFilter left_;
  dsp::StateVariableFilter right_;
  float second_ratio_;
  float pitch_ = 69;
  float velocity_ = 0;
  std::int64_t age_frames_ = 0;
  std::int64_t held_frames_ = 0;
};

}  // namespace whiteroom::engine::mixer

/// One note that sounds.
#pragma once

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
  /// Bring pitch and filter to where the note's age says they are.
  void control() noexcept;
  /// Add the next frames of the note.
  void render(std::span<dsp::Stereo> out) noexcept;

  bool active() const noexcept { return amplitude_.active(); }
  std::int64_t age_frames() const noexcept { return age_frames_; }

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

#include "mixer/voice.h"

#include <algorithm>
#include <cmath>

#include "dsp/sine.h"

namespace whiteroom::engine::mixer {
namespace {

constexpr float kVibrato_hz = 5.5F;
constexpr float kVibratoDelay_s = 0.3F;

float hertz_of(float pitch) noexcept { return 440 * std::exp2((pitch - 69) / 12); }

}  // namespace

Voice::Voice(const song::Patch& patch, float sample_rate, std::uint32_t noise_seed) noexcept
    : patch_(patch),
      sample_rate_(sample_rate),
      noise_(noise_seed),
      second_ratio_(std::exp2(patch.second_semitones / 12)) {
  amplitude_.prepare(patch_.amplitude, sample_rate);
  cutoff_.prepare(patch_.cutoff, sample_rate);
}

void Voice::start(const song::Note& note, std::int64_t length_frames) noexcept {
  if (!active()) {
    first_.set_phase(0);
    second_.set_phase(0.37F);  // apart from the first, so that both do not start as one loud wave
    left_.reset();
    right_.reset();
  }
  pitch_ = note.pitch;
  velocity_ = note.velocity;
  age_frames_ = 0;
  held_frames_ = std::max<std::int64_t>(1, length_frames);
  amplitude_.start();
  cutoff_.start();
  control();
}

float Voice::semitones_now() const noexcept {
  const float age_s = static_cast<float>(age_frames_) / sample_rate_;
  float semitones = pitch_ + patch_.drop_semitones * std::exp(-age_s / patch_.drop_s);
  if (patch_.vibrato_cents > 0) {
    const float depth = std::min(1.0F, age_s / kVibratoDelay_s) * patch_.vibrato_cents / 100;
    const float turns = age_s * kVibrato_hz;
    semitones += depth * dsp::sine(turns - std::floor(turns + 0.5F));
  }
  return semitones;
}

void Voice::control() noexcept {
  const float hertz = hertz_of(semitones_now());
  first_.set_frequency(hertz, sample_rate_);
  second_.set_frequency(hertz * second_ratio_, sample_rate_);
  const float octaves = patch_.cutoff_octaves * cutoff_.level();
  left_.set(patch_.cutoff_hz * std::exp2(octaves), patch_.resonance, sample_rate_);
  right_.tune_as(left_);
}

void Voice::render(std::span<dsp::Stereo> out) noexcept {
  const bool wide = patch_.width > 0;
  const float near = 0.5F * (1 + patch_.width);
  const float far = 0.5F * (1 - patch_.width);
  for (dsp::Stereo& frame : out) {
    if (age_frames_++ == held_frames_) {
      amplitude_.release();
      cutoff_.release();
    }
    const float level = amplitude_.next() * velocity_;
    if (!amplitude_.active()) return;  // at the same frame, however frames are cut into blocks
    cutoff_.next();
    const float first = first_.next(patch_.first) * patch_.first_level;
    const float second =
        patch_.second_level > 0 ? second_.next(patch_.second) * patch_.second_level : 0;
    const float noise = patch_.noise_level > 0 ? noise_.next() * patch_.noise_level : 0;
    const float left = left_.next(first * near + second * (wide ? far : near) + noise, patch_.mode);
    const float right = wide ? right_.next(first * far + second * near + noise, patch_.mode) : left;
    frame += dsp::Stereo{left, right} * level;
  }
}

}  // namespace whiteroom::engine::mixer

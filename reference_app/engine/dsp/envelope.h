/// How the loudness of a note develops.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace whiteroom::engine::dsp {

/// Attack, decay and release in seconds; sustain is a level between 0 and 1.
struct Adsr {
  float attack_s = 0.005F;
  float decay_s = 0.1F;
  float sustain = 0.7F;
  float release_s = 0.1F;
};

/// An envelope of exponential segments, as a capacitor would draw them.
class Envelope {
 public:
  void prepare(const Adsr& adsr, float sample_rate) noexcept {
    sustain_ = adsr.sustain;
    // An attack that aims at 1.3 and stops at 1 passes ln(1.3 / 0.3) time constants on the way.
    attack_ = coefficient(adsr.attack_s / 1.4663F, sample_rate);
    // Decay and release have come 98 % of their way after four time constants.
    decay_ = coefficient(adsr.decay_s / 4, sample_rate);
    release_ = coefficient(adsr.release_s / 4, sample_rate);
  }

  /// Start from the present level, so that a note that is struck again does not click.
  void start() noexcept { stage_ = Stage::attack; }
  void release() noexcept {
    if (stage_ != Stage::idle) stage_ = Stage::release;
  }

  /// Return the next level, between 0 and 1.
  float next() noexcept {
    switch (stage_) {
      case Stage::attack:
        level_ += (kAttackTarget - level_) * attack_;
        if (level_ >= 1) {
          level_ = 1;
          stage_ = Stage::decay;
        }
        break;
      case Stage::decay:
        level_ += (sustain_ - level_) * decay_;
        if (sustain_ < kSilence && level_ < kSilence) finish();
        break;
      case Stage::release:
        level_ -= level_ * release_;
        if (level_ < kSilence) finish();
        break;
      case Stage::idle:
        break;
    }
    return level_;
  }

  bool active() const noexcept { return stage_ != Stage::idle; }
  float level() const noexcept { return level_; }

 private:
  enum class Stage : std::uint8_t { idle, attack, decay, release };
  static constexpr float kAttackTarget = 1.3F;
  static constexpr float kSilence = 1e-4F;  ///< -80 dB

  static float coefficient(float time_constant_s, float sample_rate) noexcept {
    return 1 - std::exp(-1 / std::max(time_constant_s * sample_rate, 1.0F));
  }
  void finish() noexcept {
    level_ = 0;
    stage_ = Stage::idle;
  }

  Stage stage_ = Stage::idle;
  float level_ = 0;
  float sustain_ = 0;
  float attack_ = 1;
  float decay_ = 1;
  float release_ = 1;
};

}  // namespace whiteroom::engine::dsp

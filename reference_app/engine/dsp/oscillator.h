/// Periodic waveforms without audible aliasing.
#pragma once

#include <algorithm>
#include <cstdint>

#include "dsp/sine.h"

namespace whiteroom::engine::dsp {

enum class Waveform : std::uint8_t { sine, saw, square };

/// One oscillator. The phase is an integer that wraps, so pitch never drifts.
///
/// The jumps of saw and square are rounded off by a polynomial over one sample on either side
/// (PolyBLEP; Välimäki and Huovilainen, "Antialiasing Oscillators in Subtractive Synthesis", 2007).
class Oscillator {
 public:
  /// `hertz` above 45 % of the sample rate is lowered to that.
  void set_frequency(float hertz, float sample_rate) noexcept {
    turns_per_sample_ = std::clamp(hertz / sample_rate, 0.0F, 0.45F);
    step_ = static_cast<std::uint32_t>(static_cast<double>(turns_per_sample_) * 4294967296.0);
  }

  void set_phase(float turns) noexcept {
    phase_ = static_cast<std::uint32_t>(static_cast<double>(turns) * 4294967296.0);
  }

  /// Return the next sample, between -1 and 1.
  float next(Waveform waveform) noexcept {
    const std::uint32_t phase = phase_;
    phase_ += step_;
    switch (waveform) {
      case Waveform::saw:
        return saw(phase);
      case Waveform::square:
        return square(phase);
      case Waveform::sine:
        break;
    }
    return sine(static_cast<float>(static_cast<std::int32_t>(phase)) * kTurnsPerStep);
  }

 private:
  static constexpr float kTurnsPerStep = 1.0F / 4294967296.0F;
  static constexpr std::uint32_t kHalfTurn = 0x80000000U;

  static float turns(std::uint32_t phase) noexcept {
    return static_cast<float>(phase >> 8U) * (1.0F / 16777216.0F);
  }

  /// What to add around a jump from -1 to 1 at phase 0.
  float rounding(float t) const noexcept {
    const float width = turns_per_sample_;
    if (t < width) {
      const float x = t / width;
      return x + x - x * x - 1;
    }
    if (t > 1 - width) {
      const float x = (t - 1) / width;
      return x * x + x + x + 1;
    }
    return 0;
  }

  float saw(std::uint32_t phase) const noexcept {
    const float t = turns(phase);
    return 2 * t - 1 - rounding(t);
  }

  float square(std::uint32_t phase) const noexcept {
    const float level = phase < kHalfTurn ? 1.0F : -1.0F;
    return level + rounding(turns(phase)) - rounding(turns(phase + kHalfTurn));
  }

  std::uint32_t phase_ = 0;
  std::uint32_t step_ = 0;
  float turns_per_sample_ = 0;
};

}  // namespace whiteroom::engine::dsp

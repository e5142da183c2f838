/// The filter that shapes every voice.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace whiteroom::engine::dsp {

enum class FilterMode : std::uint8_t { low_pass, band_pass, high_pass };

/// A state-variable filter, 12 dB per octave, stable while its cutoff moves. Trapezoidal
/// integration after Andrew Simper, "Solving the continuous SVF equations using trapezoidal
/// integration and equivalent currents" (Cytomic, 2013).
class StateVariableFilter {
 public:
  /// `resonance` is the quality factor; 0.707 has no peak. A cutoff out of range is brought into
  /// it.
  void set(float cutoff_hz, float resonance, float sample_rate) noexcept {
    const float turns = std::clamp(cutoff_hz / sample_rate, 0.0002F, 0.45F);
    const float g = std::tan(std::numbers::pi_v<float> * turns);
    damping_ = 1 / resonance;
    a1_ = 1 / (1 + g * (g + damping_));
    a2_ = g * a1_;
    a3_ = g * a2_;
  }

  float next(float input, FilterMode mode) noexcept {
    const float v3 = input - state2_;
    const float band = a1_ * state1_ + a2_ * v3;
    const float low = state2_ + a2_ * state1_ + a3_ * v3;
    state1_ = 2 * band - state1_;
    state2_ = 2 * low - state2_;
    switch (mode) {
      case FilterMode::band_pass:
        return band;
      case FilterMode::high_pass:
        return input - damping_ * band - low;
      case FilterMode::low_pass:
        break;
    }
    return low;
  }

  void reset() noexcept { state1_ = state2_ = 0; }
  /// Take the coefficients of `other` and keep the own state.
  void tune_as(const StateVariableFilter& other) noexcept {
    damping_ = other.damping_;
    a1_ = other.a1_;
    a2_ = other.a2_;
    a3_ = other.a3_;
  }

 private:
  float damping_ = 1;
  float a1_ = 1;
  float a2_ = 0;
  float a3_ = 0;
  float state1_ = 0;
  float state2_ = 0;
};

}  // namespace whiteroom::engine::dsp

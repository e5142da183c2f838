/// What keeps the sum of all channels below full scale.
#pragma once

#include <algorithm>
#include <cmath>

#include "dsp/stereo.h"

namespace whiteroom::engine::dsp {

/// Removes what is below hearing: a high-pass of the first order at 5 Hz.
class DcBlocker {
 public:
  explicit DcBlocker(float sample_rate) noexcept
      : coefficient_(1 - 2 * 3.14159265F * 5 / sample_rate) {}

  float next(float input) noexcept {
    const float output = input - last_input_ + coefficient_ * last_output_;
    last_input_ = input;
    last_output_ = output;
    return output;
  }

 private:
  float coefficient_;
  float last_input_ = 0;
  float last_output_ = 0;
};

/// A soft limiter: turns both sides down together while the peak is above the threshold, and bends
/// what is still too loud towards the ceiling, which no sample ever reaches.
class Limiter {
 public:
  static constexpr float kThreshold = 0.7F;
  static constexpr float kCeiling = 0.97F;

  explicit Limiter(float sample_rate) noexcept
      : attack_(1 - std::exp(-1 / (0.001F * sample_rate))),
        release_(1 - std::exp(-1 / (0.12F * sample_rate))) {}

  Stereo next(Stereo input) noexcept {
    const float peak = std::max(std::abs(input.left), std::abs(input.right));
    peak_ += (peak - peak_) * (peak > peak_ ? attack_ : release_);
    const float gain = peak_ > kThreshold ? kThreshold / peak_ : 1;
    return {bend(input.left * gain), bend(input.right * gain)};
  }

 private:
  static float bend(float sample) noexcept {
    constexpr float kRoom = kCeiling - kThreshold;
    const float over = std::abs(sample) - kThreshold;
    if (over <= 0) return sample;
    return std::copysign(kThreshold + over / (1 + over / kRoom), sample);
  }

  float attack_;
  float release_;
  float peak_ = 0;
};

}  // namespace whiteroom::engine::dsp

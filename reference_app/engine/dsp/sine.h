/// A sine that costs a few multiplications.
#pragma once

namespace whiteroom::engine::dsp {

/// Return sin(2π · turns) for -0.5 <= turns < 0.5. Taylor's series on a quarter of a turn; its
/// error stays below 4e-6 (-108 dB).
inline float sine(float turns) noexcept {
  if (turns > 0.25F) turns = 0.5F - turns;
  if (turns < -0.25F) turns = -0.5F - turns;
  const float x = turns * 6.28318530718F;
  const float s = x * x;
  return x * (1 - s * (1.0F / 6 - s * (1.0F / 120 - s * (1.0F / 5040 - s * (1.0F / 362880)))));
}

}  // namespace whiteroom::engine::dsp

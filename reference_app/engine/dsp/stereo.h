/// Two samples that belong together.
#pragma once

namespace whiteroom::engine::dsp {

struct Stereo {
  float left = 0;
  float right = 0;

  constexpr Stereo& operator+=(Stereo other) noexcept {
    left += other.left;
    right += other.right;
    return *this;
  }
  friend constexpr Stereo operator+(Stereo a, Stereo b) noexcept { return a += b; }
  friend constexpr Stereo operator*(Stereo a, float gain) noexcept {
    return {a.left * gain, a.right * gain};
  }
};

/// The sample rate at which a damping of an effect means what it says; at others the effect sounds
/// the same.
inline constexpr float kDampingRate = 48000;

}  // namespace whiteroom::engine::dsp

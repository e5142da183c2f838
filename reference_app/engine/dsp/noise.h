/// White noise that is the same in every run.
#pragma once

#include <cstdint>

namespace whiteroom::engine::dsp {

/// Uniform noise between -1 and 1: Marsaglia's xorshift with 32 bits ("Xorshift RNGs", 2003).
class Noise {
 public:
  /// A seed of 0 would stay 0, so it is replaced.
  explicit Noise(std::uint32_t seed = 1) noexcept : state_(seed == 0 ? 1 : seed) {}

  float next() noexcept {
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return static_cast<float>(static_cast<std::int32_t>(state_)) * (1.0F / 2147483648.0F);
  }

 private:
  std::uint32_t state_;
};

}  // namespace whiteroom::engine::dsp

/// Echoes that move from one side to the other.
#pragma once

#include <cstddef>
#include <vector>

#include "dsp/stereo.h"

namespace whiteroom::engine::dsp {

struct DelaySettings {
  float time_s = 0.3F;
  float feedback = 0.4F;  ///< share of an echo that returns, below 1
  float damping = 0.3F;   ///< how much darker each echo is, 0 to 1
};

/// A ping-pong delay. Allocates in its constructor only.
class PingPongDelay {
 public:
  PingPongDelay(const DelaySettings& settings, float sample_rate);

  /// Return the echoes, without the input.
  Stereo next(Stereo input) noexcept;

 private:
  std::vector<Stereo> line_;
  std::size_t place_ = 0;
  Stereo damped_;
  float feedback_;
  float smoothing_;
};

}  // namespace whiteroom::engine::dsp

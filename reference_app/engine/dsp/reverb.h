/// A room.
#pragma once

#include <array>
#include <cstddef>
#include <vector>

#include "dsp/stereo.h"

namespace whiteroom::engine::dsp {

struct ReverbSettings {
  float decay_s = 1.5F;   ///< until a sound has lost 60 dB
  float damping = 0.35F;  ///< how much of the treble the walls swallow, 0 to 1
};

/// A feedback delay network of eight lines that are mixed by a Hadamard matrix (Jot and Chaigne,
/// "Digital delay networks for designing artificial reverberators", 1991). Allocates in its
/// constructor only.
class Reverb {
 public:
  Reverb(const ReverbSettings& settings, float sample_rate);

  /// Return the reverberation, without the input.
  Stereo next(Stereo input) noexcept;

 private:
  static constexpr std::size_t kLines = 8;
  struct Line {
    std::vector<float> samples;
    std::size_t place = 0;
    float gain = 0;
    float damped = 0;
  };

  std::array<Line, kLines> lines_;
  float smoothing_;
};

}  // namespace whiteroom::engine::dsp

#include "dsp/reverb.h"

#include <cmath>

namespace whiteroom::engine::dsp {
namespace {

// Lengths without a common divisor to speak of, so that echoes do not pile up.
constexpr std::array<float, 8> kLengths_s{0.0297F, 0.0347F, 0.0383F, 0.0421F,
                                          0.0461F, 0.0503F, 0.0553F, 0.0601F};

/// Multiply by the Hadamard matrix of order 8, scaled so that energy is kept.
void mix(std::array<float, 8>& values) noexcept {
  for (std::size_t span = 1; span < values.size(); span *= 2) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if ((i & span) != 0) continue;
      const float a = values[i];
      const float b = values[i + span];
      values[i] = a + b;
      values[i + span] = a - b;
    }
  }
  for (float& value : values) value *= 0.35355339F;
}

}  // namespace

Reverb::Reverb(const ReverbSettings& settings, float sample_rate)
    : smoothing_(1 - std::pow(settings.damping, kDampingRate / sample_rate)) {
  for (std::size_t i = 0; i < kLines; ++i) {
    lines_[i].samples.resize(static_cast<std::size_t>(kLengths_s[i] * sample_rate));
    lines_[i].gain = std::pow(0.001F, kLengths_s[i] / settings.decay_s);
  }
}

Stereo Reverb::next(Stereo input) noexcept {
  std::array<float, kLines> values;
  Stereo out;
  for (std::size_t i = 0; i < kLines; ++i) {
    Line& line = lines_[i];
    line.damped += (line.samples[line.place] - line.damped) * smoothing_;
    values[i] = line.damped * line.gain;
    (i % 2 == 0 ? out.left : out.right) += values[i];
  }
  mix(values);
  for (std::size_t i = 0; i < kLines; ++i) {
    Line& line = lines_[i];
    line.samples[line.place] = values[i] + (i % 2 == 0 ? input.left : input.right) * 0.5F;
    line.place = line.place + 1 == line.samples.size() ? 0 : line.place + 1;
  }
  return out;
}

}  // namespace whiteroom::engine::dsp

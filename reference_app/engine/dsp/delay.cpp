#include "dsp/delay.h"

#include <algorithm>
#include <cmath>

namespace whiteroom::engine::dsp {

PingPongDelay::PingPongDelay(const DelaySettings& settings, float sample_rate)
    : line_(std::max<std::size_t>(1, static_cast<std::size_t>(settings.time_s * sample_rate))),
      feedback_(settings.feedback),
      smoothing_(1 - std::pow(settings.damping, kDampingRate / sample_rate)) {}

Stereo PingPongDelay::next(Stereo input) noexcept {
  const Stereo echo = line_[place_];
  damped_.left += (echo.left - damped_.left) * smoothing_;
  damped_.right += (echo.right - damped_.right) * smoothing_;
  // The input enters on the left; what leaves on one side returns on the other.
  const float mono = 0.5F * (input.left + input.right);
  line_[place_] = {mono + damped_.right * feedback_, damped_.left * feedback_};
  place_ = place_ + 1 == line_.size() ? 0 : place_ + 1;
  return damped_;
}

}  // namespace whiteroom::engine::dsp

#pragma once

#include <juce_audio_devices/juce_audio_devices.h>

#include <atomic>
#include <cmath>

/// What any JUCE application has: a callback that renders. It knows nothing of monitoring.
class Player final : public juce::AudioIODeviceCallback {
 public:
  void audioDeviceIOCallbackWithContext(const float* const*, int, float* const* outputs,
                                        int channels, int frames,
                                        const juce::AudioIODeviceCallbackContext&) override {
    spend(juce::Time::getMillisecondCounterHiRes() + stall_ms.exchange(0));
    for (int frame = 0; frame < frames; ++frame) {
      phase = std::fmod(phase + 440 / rate, 1.0);
      const auto sample =
          static_cast<float>(0.1 * std::sin(phase * juce::MathConstants<double>::twoPi));
      for (int channel = 0; channel < channels; ++channel) outputs[channel][frame] = sample;
    }
  }
  void audioDeviceAboutToStart(juce::AudioIODevice* device) override {
    rate = device->getCurrentSampleRate();
  }
  void audioDeviceStopped() override {}

  /// Let the next callback take so much longer.
  std::atomic<double> stall_ms{0};

 private:
  static void spend(double until_ms) {
    while (juce::Time::getMillisecondCounterHiRes() < until_ms) {
    }
  }

  double rate = 48'000;
  double phase = 0;
};

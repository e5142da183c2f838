/// Measures the callback of a JUCE application (JUCE 7 or later). Not part of the core: include it
/// where the module juce_audio_devices is.
#pragma once

#include <juce_audio_devices/juce_audio_devices.h>

#include <algorithm>
#include <chrono>
#include <cstdint>

#include "audio_metrics.h"

namespace whiteroom::monitoring {

/// Passes everything on to another callback, and records what it does. Two lines:
///
///     whiteroom::monitoring::MeasuredCallback measured(metrics, player);
///     deviceManager.addAudioCallback(&measured);
///
/// The deadline follows from block size and sample rate, also when they change; XRUNs are those
/// that the device counts, where it counts them. Both referents outlive this. Wait-free in the
/// callback, but for what the callback itself does.
class MeasuredCallback final : public juce::AudioIODeviceCallback {
 public:
  /// A device that starts again so soon with other settings was reconfigured: the gap is heard.
  static constexpr std::chrono::seconds kReconfiguration{2};

  MeasuredCallback(AudioMetrics& metrics, juce::AudioIODeviceCallback& callback) noexcept
      : metrics_(metrics), callback_(callback) {}

  void audioDeviceIOCallbackWithContext(
      const float* const* inputs, int input_channels, float* const* outputs, int output_channels,
      int frames, const juce::AudioIODeviceCallbackContext& context) override {
    report_xruns();
    const AudioBlock block(metrics_, static_cast<std::uint32_t>(std::max(frames, 0)));
    callback_.audioDeviceIOCallbackWithContext(inputs, input_channels, outputs, output_channels,
                                               frames, context);
  }

  void audioDeviceAboutToStart(juce::AudioIODevice* device) override {
    device_ = device;
    xruns_ = device->getXRunCount();
    follow(device->getCurrentSampleRate(), device->getCurrentBufferSizeSamples());
    callback_.audioDeviceAboutToStart(device);
  }

  void audioDeviceStopped() override {
    device_ = nullptr;
    stopped_ = Clock::now();
    callback_.audioDeviceStopped();
  }

  void audioDeviceError(const juce::String& message) override {
    callback_.audioDeviceError(message);
  }

 private:
  using Clock = AudioMetrics::Clock;

  void follow(double sample_rate, int frames) noexcept {
    const bool other = sample_rate != sample_rate_ || frames != frames_;
    const bool soon = Clock::now() - stopped_ < kReconfiguration;
    if (!other || !soon) metrics_.stream_starts();
    if (other) metrics_.set_stream(sample_rate, static_cast<std::uint32_t>(frames));
    sample_rate_ = sample_rate;
    frames_ = frames;
  }

  /// JUCE says how many there were, and not how long.
  void report_xruns() noexcept {
    const int xruns = device_ != nullptr ? device_->getXRunCount() : xruns_;
    for (; xruns_ < xruns; ++xruns_) metrics_.report_xrun(std::chrono::nanoseconds::zero());
    xruns_ = xruns;  // a device that starts anew may count anew
  }

  AudioMetrics& metrics_;
  juce::AudioIODeviceCallback& callback_;
  juce::AudioIODevice* device_ = nullptr;
  int xruns_ = 0;
  double sample_rate_ = 0;
  int frames_ = 0;
  Clock::time_point stopped_{};
};

}  // namespace whiteroom::monitoring

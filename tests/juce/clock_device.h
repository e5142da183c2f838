/// A device of JUCE's own kind that a clock drives, where there is no sound card, and that can be
/// made to fail in known ways.
#pragma once

#include <juce_audio_devices/juce_audio_devices.h>
#include <pthread.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

namespace whiteroom::testing {

class ClockDevice final : public juce::AudioIODevice {
 public:
  static constexpr int kFrames = 1024;
  static constexpr double kRate = 48'000;

  /// It plays one buffer while the next is rendered, and leaves out what comes too late; `type` and
  /// `latency` in buffers are what it says of itself.
  explicit ClockDevice(const juce::String& type = "Clock", int latency = 1)
      : AudioIODevice("clock", type), latency_(latency) {}
  ~ClockDevice() override { close(); }

  /// Call the next callback so much later.
  void delay(std::chrono::milliseconds time) { delay_ = time.count(); }
  void count_xrun() { ++xruns_; }
  /// Stamp buffers with the time at which they are played, on a clock of the device's own.
  void stamp_buffers() { stamps_ = true; }
  /// Whether a callback's thread has asked for the XRUNs.
  bool asked_in_callback() const { return asked_in_callback_; }

  juce::StringArray getOutputChannelNames() override { return {"left", "right"}; }
  juce::StringArray getInputChannelNames() override { return {}; }
  juce::Array<double> getAvailableSampleRates() override { return {kRate}; }
  juce::Array<int> getAvailableBufferSizes() override { return {kFrames, 2 * kFrames}; }
  int getDefaultBufferSize() override { return kFrames; }
  juce::String open(const juce::BigInteger&, const juce::BigInteger&, double, int frames) override {
    frames_ = frames;
    return {};
  }
  void close() override { stop(); }
  bool isOpen() override { return frames_ > 0; }
  void start(juce::AudioIODeviceCallback* callback) override {
    if (callback == nullptr || isPlaying()) return;
    callback_ = callback;
    callback->audioDeviceAboutToStart(this);
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  void stop() override {
    if (!isPlaying()) return;
    thread_.request_stop();
    thread_.join();
    callback_->audioDeviceStopped();
  }
  bool isPlaying() override { return thread_.joinable(); }
  juce::String getLastError() override { return {}; }
  int getCurrentBufferSizeSamples() override { return frames_; }
  double getCurrentSampleRate() override { return kRate; }
  int getCurrentBitDepth() override { return 32; }
  juce::BigInteger getActiveOutputChannels() const override { return 3; }
  juce::BigInteger getActiveInputChannels() const override { return 0; }
  int getOutputLatencyInSamples() override { return latency_ * frames_; }
  int getInputLatencyInSamples() override { return 0; }
  int getXRunCount() const noexcept override {
    if (std::this_thread::get_id() == callback_thread_.load()) asked_in_callback_ = true;
    return xruns_;
  }

 private:
  using Clock = std::chrono::steady_clock;

  void run(const std::stop_token& stop) {
    callback_thread_ = std::this_thread::get_id();
    const sched_param wanted{.sched_priority = 60};
    pthread_setschedparam(pthread_self(), SCHED_FIFO, &wanted);  // where it is allowed
    std::vector<float> left(static_cast<std::size_t>(frames_));
    std::vector<float> right(left.size());
    float* const outputs[] = {left.data(), right.data()};
    const auto period = std::chrono::nanoseconds(frames_ * 1'000'000'000LL / 48'000);
    for (auto due = Clock::now(); !stop.stop_requested();) {
      std::this_thread::sleep_until(due + std::chrono::milliseconds(delay_.exchange(0)));
      const std::uint64_t stamp = stamp_of(due + period);
      callback_->audioDeviceIOCallbackWithContext(nullptr, 0, outputs, 2, frames_,
                                                  {stamps_ ? &stamp : nullptr});
      do {
        due += period;
      } while (due < Clock::now());
    }
  }

  static std::uint64_t stamp_of(Clock::time_point played) {
    constexpr auto kOtherClock = std::chrono::hours(12);
    return static_cast<std::uint64_t>(
        std::chrono::nanoseconds(played.time_since_epoch() + kOtherClock).count());
  }

  int latency_;
  juce::AudioIODeviceCallback* callback_ = nullptr;
  int frames_ = 0;
  std::atomic<bool> stamps_{false};
  std::atomic<std::thread::id> callback_thread_{};
  mutable std::atomic<bool> asked_in_callback_{false};
  std::atomic<std::int64_t> delay_{0};
  std::atomic<int> xruns_{0};
  std::jthread thread_;
};

class ClockDeviceType final : public juce::AudioIODeviceType {
 public:
  ClockDeviceType() : AudioIODeviceType("Clock") {}
  void scanForDevices() override {}
  juce::StringArray getDeviceNames(bool inputs) const override {
    return inputs ? juce::StringArray() : juce::StringArray("clock");
  }
  int getDefaultDeviceIndex(bool) const override { return 0; }
  int getIndexOfDevice(juce::AudioIODevice* device, bool) const override {
    return device != nullptr ? 0 : -1;
  }
  bool hasSeparateInputsAndOutputs() const override { return false; }
  juce::AudioIODevice* createDevice(const juce::String& output, const juce::String&) override {
    return output == "clock" ? new ClockDevice : nullptr;
  }
};

/// JUCE's device manager with that device, opened.
class ClockedManager {
 public:
  ClockedManager() {
    manager.addAudioDeviceType(std::make_unique<ClockDeviceType>());
    manager.setCurrentAudioDeviceType("Clock", false);
    manager.initialise(0, 2, nullptr, false, "clock");
    use(ClockDevice::kFrames);
  }

  /// Open the device with this block size; return what is wrong, if anything is.
  juce::String use(int frames) {
    juce::AudioDeviceManager::AudioDeviceSetup setup;
    setup.outputDeviceName = "clock";
    setup.sampleRate = ClockDevice::kRate;
    setup.bufferSize = frames;
    return manager.setAudioDeviceSetup(setup, true);
  }
  ClockDevice& device() { return dynamic_cast<ClockDevice&>(*manager.getCurrentAudioDevice()); }

  juce::ScopedJuceInitialiser_GUI juce;
  juce::AudioDeviceManager manager;
};

}  // namespace whiteroom::testing

/// Measures the callback of a JUCE application (JUCE 7 or later). Not part of the core: include it
/// where the module juce_audio_devices is.
#pragma once

#include <juce_audio_devices/juce_audio_devices.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "audio_metrics.h"
#include "device_clock.h"
#include "preemption_watch.h"

namespace whiteroom::monitoring {
inline namespace WHITEROOM_MONITORING_ABI {

/// Passes everything on to another callback, and records what it does. Two lines:
///
///     whiteroom::monitoring::MeasuredCallback measured(metrics, player);
///     deviceManager.addAudioCallback(&measured);
///
/// The deadline follows from block size and sample rate, also when they change. Where the device
/// stamps its buffers (hostTimeNs: macOS and iOS), the stamps say when a callback was due and what
/// the device has left out. A device that JUCE stops is expected to be silent; one that pauses by
/// itself has a dropout. XRUNs are those that the device counts, where it counts them. Both
/// referents outlive this. Wait-free in the callback, but for what the callback itself does, and
/// for the system calls of preemption_watch.h.
class MeasuredCallback final : public juce::AudioIODeviceCallback {
 public:
  /// Who asks the device for its XRUNs. On Android the question takes a lock or calls Java, so that
  /// another thread has to ask.
  enum class XRunsFrom : std::uint8_t { callback, thread };
#if JUCE_ANDROID
  static constexpr XRunsFrom kXRunsFrom = XRunsFrom::thread;
#else
  static constexpr XRunsFrom kXRunsFrom = XRunsFrom::callback;
#endif

  MeasuredCallback(AudioMetrics& metrics, juce::AudioIODeviceCallback& callback,
                   XRunsFrom xruns_from = kXRunsFrom)
      : metrics_(metrics), callback_(callback) {
    if (xruns_from == XRunsFrom::thread) poll_ = std::make_unique<Poll>(*this);
  }

  /// A device's thread that counts XRUNs does so within that time after one: what a busy system
  /// lets a thread wait for its turn.
  static constexpr std::chrono::milliseconds kNotice{25};

  /// Return how many buffers a device holds: as many as its latency takes, and no fewer than one
  /// that plays and one that is rendered. JUCE's latency for ALSA is a period less than its queue,
  /// which it fills before it calls, so that another buffer is rendered beside a full queue.
  static std::uint32_t buffers_of(juce::AudioIODevice& device) {
    constexpr int kLeast = 2;
    const int frames = std::max(1, device.getCurrentBufferSizeSamples());
    const int unsaid = device.getTypeName() == "ALSA" ? 2 : 0;
    return static_cast<std::uint32_t>(
        std::max(kLeast, device.getOutputLatencyInSamples() / frames + unsaid));
  }

  void audioDeviceIOCallbackWithContext(
      const float* const* inputs, int input_channels, float* const* outputs, int output_channels,
      int frames, const juce::AudioIODeviceCallbackContext& context) override {
    CallbackDetails details{read_stamp(context, frames)};
    if (poll_ == nullptr) report_xruns();
    const auto begin = now();
    callback_.audioDeviceIOCallbackWithContext(inputs, input_channels, outputs, output_channels,
                                               frames, context);
    const auto end = now();
    if constexpr (kRecording) {
      details.preempted = preemption_.rendered(end - begin, length_of(frames), thread_usage);
      metrics_.callback_rendered(begin, end, static_cast<std::uint32_t>(std::max(frames, 0)),
                                 details);
    }
  }

  void audioDeviceAboutToStart(juce::AudioIODevice* device) override {
    {
      const std::lock_guard lock(mutex_);
      device_ = device;
      xruns_ = device->getXRunCount();
    }
    clock_ = {};
    follow(device->getCurrentSampleRate(), device->getCurrentBufferSizeSamples());
    metrics_.set_device_buffers(buffers_of(*device));
    callback_.audioDeviceAboutToStart(device);
  }

  void audioDeviceStopped() override {
    {
      const std::lock_guard lock(mutex_);
      device_ = nullptr;
    }
    metrics_.stream_stops();
    callback_.audioDeviceStopped();
  }

  void audioDeviceError(const juce::String& message) override {
    callback_.audioDeviceError(message);
  }

 private:
  using Clock = AudioMetrics::Clock;

  /// Asks for XRUNs on a thread of its own.
  class Poll final : private juce::HighResolutionTimer {
   public:
    static constexpr int kEvery_ms = 50;

    explicit Poll(MeasuredCallback& owner) : owner_(owner) { startTimer(kEvery_ms); }
    ~Poll() override { stopTimer(); }

   private:
    void hiResTimerCallback() override {
      const std::lock_guard lock(owner_.mutex_);
      owner_.report_xruns();
    }
    MeasuredCallback& owner_;
  };

  static Clock::time_point now() noexcept {
    return kRecording ? Clock::now() : Clock::time_point();
  }
  std::chrono::nanoseconds length_of(int frames) const noexcept {
    if (sample_rate_ <= 0) return {};
    return std::chrono::nanoseconds(static_cast<std::int64_t>(frames * kBillion / sample_rate_));
  }

  void follow(double sample_rate, int frames) noexcept {
    if (sample_rate == sample_rate_ && frames == frames_) return;
    if (sample_rate > 0) metrics_.set_stream(sample_rate, static_cast<std::uint32_t>(frames));
    sample_rate_ = sample_rate;
    frames_ = frames;
  }

  /// Return when the callback was due, where the device stamps its buffers; report what it has left
  /// out before this one.
  std::optional<Clock::time_point> read_stamp(const juce::AudioIODeviceCallbackContext& context,
                                              int frames) noexcept {
    using std::chrono::nanoseconds;
    if (!kRecording || context.hostTimeNs == nullptr || sample_rate_ <= 0) return std::nullopt;
    const auto begin = now().time_since_epoch();
    const auto stamp = clock_.see(nanoseconds(static_cast<std::int64_t>(*context.hostTimeNs)),
                                  length_of(frames), begin);
    if (stamp.skipped > nanoseconds::zero()) {
      metrics_.report_xrun(stamp.skipped);
      // Relaxed: nothing else is published with it.
      skipped_ns_.store(begin.count(), std::memory_order_relaxed);
    }
    return Clock::time_point(std::chrono::duration_cast<Clock::duration>(stamp.due));
  }

  /// Of those that the device counts JUCE says how many there were, and not how long. One that a
  /// stamp has told of is not another.
  void report_xruns() noexcept {
    const int xruns = device_ != nullptr ? device_->getXRunCount() : xruns_;
    const std::int64_t more = std::int64_t{xruns} - xruns_;
    if (more > 0 && !just_skipped()) {
      metrics_.report_xruns(static_cast<std::uint32_t>(more), std::chrono::nanoseconds::zero());
    }
    xruns_ = xruns;  // a device that starts anew may count anew
  }

  bool just_skipped() const noexcept {
    // Relaxed: nothing else is read with it.
    const std::chrono::nanoseconds last(skipped_ns_.load(std::memory_order_relaxed));
    return now().time_since_epoch() - last < kNotice;
  }

  AudioMetrics& metrics_;
  juce::AudioIODeviceCallback& callback_;
  std::mutex mutex_;  ///< of the device, for the thread that asks it; never taken in the callback
  juce::AudioIODevice* device_ = nullptr;
  int xruns_ = 0;
  double sample_rate_ = 0;
  int frames_ = 0;
  DeviceClock clock_;
  PreemptionWatch preemption_;
  std::atomic<std::int64_t> skipped_ns_{0};  ///< when a stamp last told of sound left out
  std::unique_ptr<Poll> poll_;               ///< the last, so that it ends before what it looks at
};

}  // namespace WHITEROOM_MONITORING_ABI
}  // namespace whiteroom::monitoring

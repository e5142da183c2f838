/// The adapter for a device's callback, within JUCE's own device manager.
#include <doctest/doctest.h>

#include <thread>

#include "clock_device.h"
#include "exposed.h"
#include "monitored_player.h"
#include "rack.h"

using namespace std::chrono_literals;
using whiteroom::testing::ClockDevice;
using whiteroom::testing::ClockedManager;
using whiteroom::testing::Segments;

namespace {

constexpr double kBuffer_s = ClockDevice::kFrames / ClockDevice::kRate;
constexpr auto kPause = 150ms;

/// Equal but for a share of the value; doctest's own tolerance is that share of the value and 1.
doctest::Approx about(double value, double share) {
  return doctest::Approx(value).scale(0).epsilon(share);
}

}  // namespace

TEST_CASE("what goes wrong with a JUCE device is counted by its cause, and nothing else is") {
  const Segments segments;
  ClockedManager clocked;
  int told_by_stamps = 0;  // of each of the times, for the device leaves buffers out
  SUBCASE("when it stamps its buffers") {
    clocked.device().stamp_buffers();
    told_by_stamps = 2;
  }
  SUBCASE("when it doesn't") {}
  MonitoredPlayer monitored(clocked.manager);
  CHECK(segments["audio_sample_rate_hertz"] == ClockDevice::kRate);
  CHECK(segments["audio_buffer_frames"] == ClockDevice::kFrames);
  std::this_thread::sleep_for(1100ms);
  constexpr int kTimes = 3;
  for (int i = 0; i < kTimes; ++i) {
    monitored.player.stall_ms = 2000 * kBuffer_s;
    std::this_thread::sleep_for(kPause);
    clocked.device().delay(40ms);
    std::this_thread::sleep_for(kPause);
    clocked.device().count_xrun();
    std::this_thread::sleep_for(kPause);
  }
  CHECK(segments.dropouts("over_budget") == kTimes);
  CHECK(segments.dropouts("late_callback") == kTimes);
  CHECK(segments.dropouts("device") == kTimes);
  CHECK(segments.dropouts("configuration") == 0);
  CHECK(segments["audio_engine_xruns_total"] == kTimes * (1 + told_by_stamps));
  CHECK(segments.lost_s("over_budget") == about(kTimes * kBuffer_s, 0.5));
  CHECK(segments.lost_s("late_callback") == about(kTimes * (0.04 - kBuffer_s), 0.3));
  // JUCE's own count has neither a cause nor a length, and does not know of late callbacks.
  CHECK(clocked.manager.getXRunCount() == 2 * kTimes);
}

TEST_CASE("nobody expects sound of a device that JUCE has stopped, whatever it starts with again") {
  const Segments segments;
  ClockedManager clocked;
  MonitoredPlayer monitored(clocked.manager);
  std::this_thread::sleep_for(1100ms);
  CHECK(clocked.use(2 * ClockDevice::kFrames).isEmpty());
  std::this_thread::sleep_for(1200ms);
  CHECK(segments["audio_buffer_frames"] == 2 * ClockDevice::kFrames);
  clocked.device().stop();
  std::this_thread::sleep_for(kPause);
  clocked.manager.restartLastAudioDevice();
  std::this_thread::sleep_for(1200ms);
  for (const char* cause : {"over_budget", "late_callback", "device", "configuration"}) {
    CAPTURE(cause);
    CHECK(segments.dropouts(cause) == 0);
  }
}

TEST_CASE("a device that pauses and says nothing has a dropout each time, as long as the pause") {
  const Segments segments;
  ClockedManager clocked;
  SUBCASE("when it stamps its buffers") { clocked.device().stamp_buffers(); }
  SUBCASE("when it doesn't") {}
  MonitoredPlayer monitored(clocked.manager);
  std::this_thread::sleep_for(1100ms);
  constexpr int kTimes = 3;
  for (int i = 0; i < kTimes; ++i) {
    clocked.device().delay(300ms);
    std::this_thread::sleep_for(500ms);
  }
  CHECK(segments.dropouts("late_callback") + segments.dropouts("device") == kTimes);
  CHECK(segments.lost_s("late_callback") + segments.lost_s("device") ==
        about(kTimes * (0.3 - kBuffer_s), 0.1));
}

TEST_CASE("where asking for XRUNs takes a lock, another thread asks") {
  const Segments segments;
  ClockedManager clocked;
  Player player;
  Metrics metrics;
  whiteroom::monitoring::AudioMetrics audio(metrics.segment, {});
  using whiteroom::monitoring::MeasuredCallback;
  MeasuredCallback measured(audio, player, MeasuredCallback::XRunsFrom::thread);
  clocked.manager.addAudioCallback(&measured);
  std::this_thread::sleep_for(200ms);
  for (int i = 0; i < 3; ++i) clocked.device().count_xrun();
  std::this_thread::sleep_for(200ms);
  CHECK_FALSE(clocked.device().asked_in_callback());
  CHECK(segments["audio_engine_xruns_total"] == 3);
  clocked.manager.removeAudioCallback(&measured);
}

TEST_CASE("a device holds the buffers of its latency, and ALSA's one that is not queued, too") {
  const auto buffers = [](const char* type, int latency) {
    ClockDevice device(type, latency);
    device.open({}, {}, ClockDevice::kRate, ClockDevice::kFrames);
    return whiteroom::monitoring::MeasuredCallback::buffers_of(device);
  };
  CHECK(buffers("Clock", 0) == 2);
  CHECK(buffers("Clock", 1) == 2);
  CHECK(buffers("CoreAudio", 3) == 3);
  CHECK(buffers("ALSA", 3) == 5);  // four periods
}

TEST_CASE("the time of each callback is recorded, and what that costs") {
  const Segments segments;
  ClockedManager clocked;
  MonitoredPlayer monitored(clocked.manager);
  std::this_thread::sleep_for(300ms);
  const double callbacks = segments["audio_callbacks_total"];
  CHECK(callbacks >= 0.2 / kBuffer_s);
  CHECK(segments["audio_engine_render_time_seconds_count"] >= callbacks);
  CHECK(segments["audio_monitoring_seconds_total"] > 0);
}

TEST_CASE("the plug-ins of a rack add up to their channels, and the one to blame is named") {
  const Segments segments;
  Metrics metrics;
  whiteroom::monitoring::AudioMetrics audio(metrics.segment, {});
  audio.set_stream(48'000, 4'096);
  Rack rack(audio);
  const auto spend = [](auto time) {
    return [time] {
      for (const auto end = std::chrono::steady_clock::now() + time;
           std::chrono::steady_clock::now() < end;) {
      }
    };
  };
  {
    // 85 ms: a busy machine takes no thread's core away for that long.
    const whiteroom::monitoring::AudioBlock block(audio, 4'096);
    rack.render(0, spend(100us));
    rack.render(1, spend(200us));
    rack.render(2, spend(120ms));
    rack.render(3, spend(100us));
  }
  const auto plugin = [&](const std::string& labels) {
    return segments["audio_plugin_render_seconds_total{" + labels + "}"];
  };
  const double synth = plugin("channel=\"bass\",plugin=\"synth\"");
  const double compressor = plugin("channel=\"bass\",plugin=\"compressor\"");
  CHECK(synth >= 1e-4);
  CHECK(segments["audio_channel_render_seconds_total{channel=\"bass\"}"] ==
        doctest::Approx(synth + compressor));
  const auto missed = [&](const std::string& labels) {
    return segments["audio_plugin_deadlines_missed_total{" + labels + "}"];
  };
  CHECK(missed("channel=\"voice\",plugin=\"pitch\"") == 1);
  CHECK(missed("channel=\"bass\",plugin=\"synth\"") == 0);
  CHECK(audio.most_expensive() == whiteroom::monitoring::PluginPlace{0, 2});
}

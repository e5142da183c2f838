/// The adapter for a processor, in hosts that split, batch and render ahead, beside what the hosts
/// see of it themselves.
#include <doctest/doctest.h>

#include <algorithm>
#include <atomic>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "clock_device.h"
#include "hosts.h"
#include "monitored_player.h"
#include "whiteroom/monitoring/juce_processor.h"

using namespace std::chrono_literals;
using namespace whiteroom;
using testing::Host;
using testing::Played;
using testing::Segments;
using testing::Stage;

namespace {

constexpr char kOf[] = "plugin=\"Plugin\",number=\"1\"";

/// As much of a juce::AudioProcessor as the adapter asks for: JUCE's own takes minutes to compile.
class Plugin {
 public:
  struct Buffer {
    int frames;
    int getNumSamples() const noexcept { return frames; }
  };

  explicit Plugin(int longest_block) : longest_block_(longest_block) {}
  double getSampleRate() const noexcept { return Stage::kRate; }
  int getBlockSize() const noexcept { return longest_block_; }
  bool isNonRealtime() const noexcept { return false; }

  /// Use the processor for this share of real time, and for a while more.
  void process(int frames, double share, std::chrono::nanoseconds more = {}) {
    const auto block = metrics_.block(*this, Buffer{frames});
    testing::spend(more + std::chrono::nanoseconds(
                              static_cast<std::int64_t>(share * frames * 1e9 / Stage::kRate)));
  }

 private:
  int longest_block_;
  monitoring::ProcessorMetrics metrics_{"Plugin"};
};

}  // namespace

TEST_CASE("in every host, a plug-in knows its share of real time and counts no dropout") {
  for (const Host& host : testing::hosts()) {
    CAPTURE(host.name);
    const Segments segments("juce-plugin");
    Plugin plugin(host.longest_block);
    const Played played = Stage(host, [&](int frames) {
                            plugin.process(frames, 0.25);
                          }).play(testing::time_of_each());
    testing::compare(segments, played, kOf);
    CHECK_FALSE(testing::counts_for_a_device(segments));
  }
}

TEST_CASE("an FFT of 2 ms in one part of 32 is a fifth of the callback and no dropout") {
  const Segments segments("juce-plugin");
  Plugin plugin(512);
  const Host host{"", 512, 512, 512, false, [](int) { return std::vector(32, 16); }};
  int part = 0;
  const Played played = Stage(host, [&](int frames) {
                          plugin.process(frames, 0.01, part++ % 32 == 5 ? 2ms : 0ms);
                        }).play(testing::time_of_each());
  testing::compare(segments, played, kOf);
  CHECK_FALSE(testing::counts_for_a_device(segments));
}

TEST_CASE("an overload is in the distribution and nowhere else") {
  const Segments segments("juce-plugin");
  Plugin plugin(512);
  const Host& host = testing::hosts().front();
  int part = 0;
  const Played played = Stage(host, [&](int frames) {
                          plugin.process(frames, part++ % 40 == 0 ? 6 : 0.1);
                        }).play(testing::time_of_each());
  testing::compare(segments, played, kOf);
  CHECK(std::count_if(played.shares.begin(), played.shares.end(),
                      [](double share) { return share > 1; }) > 0);
  CHECK_FALSE(testing::counts_for_a_device(segments));
}

TEST_CASE("instances that a host runs at once know their own share each") {
  const Segments segments("juce-plugin");
  constexpr int kInstances = 4;
  constexpr int kCallbacks = 500;
  std::vector<std::unique_ptr<Plugin>> plugins;
  for (int i = 0; i < kInstances; ++i) plugins.push_back(std::make_unique<Plugin>(512));
  std::vector<std::jthread> workers;
  for (int i = 0; i < kInstances; ++i) {
    workers.emplace_back([&plugin = *plugins[static_cast<std::size_t>(i)], i] {
      for (int callback = 0; callback < kCallbacks * (i + 1); ++callback) {
        plugin.process(100, 0);
        plugin.process(412, 0);
      }
    });
  }
  workers.clear();
  for (int i = 1; i <= kInstances; ++i) {
    const std::string of = "{plugin=\"Plugin\",number=\"" + std::to_string(i) + "\"}";
    CHECK(segments["plugin_load_ratio_count" + of] == kCallbacks * i);
  }
  CHECK(segments["plugin_blocks_total{plugin=\"Plugin\",mode=\"realtime\"}"] ==
        2 * kCallbacks * (1 + 2 + 3 + 4));
}

namespace {

/// An application that owns the device, and hands each callback over to a plug-in in two parts.
class Application final : public juce::AudioIODeviceCallback {
 public:
  void audioDeviceIOCallbackWithContext(const float* const*, int, float* const*, int, int frames,
                                        const juce::AudioIODeviceCallbackContext&) override {
    plugin.process(frames / 3, 0.05);
    plugin.process(frames - frames / 3, 0.05, std::chrono::milliseconds(stall_ms.exchange(0)));
  }
  void audioDeviceAboutToStart(juce::AudioIODevice*) override {}
  void audioDeviceStopped() override {}

  Plugin plugin{testing::ClockDevice::kFrames};
  std::atomic<int> stall_ms{0};
};

}  // namespace

TEST_CASE("of an overload, the owner of the device counts the dropout, and the plug-in its share") {
  const Segments segments;
  testing::ClockedManager clocked;
  Application application;
  Metrics metrics;
  monitoring::AudioMetrics audio(metrics.segment, {});
  monitoring::MeasuredCallback measured(audio, application);
  clocked.manager.addAudioCallback(&measured);
  std::this_thread::sleep_for(1100ms);
  constexpr int kTimes = 3;
  for (int i = 0; i < kTimes; ++i) {
    application.stall_ms = 50;  // 2.3 times what a callback lasts
    std::this_thread::sleep_for(200ms);
  }
  clocked.manager.removeAudioCallback(&measured);
  CHECK(segments.dropouts("over_budget") == kTimes);
  for (const char* cause : {"late_callback", "device", "configuration"}) {
    CAPTURE(cause);
    CHECK(segments.dropouts(cause) == 0);
  }
  CHECK(segments.text("juce-plugin").find("audio_") == std::string::npos);
  const double judged =
      segments.of("juce-plugin", std::string("plugin_load_ratio_count{") + kOf + "}");
  const double at_most_twice =
      segments.of("juce-plugin", std::string("plugin_load_ratio_bucket{") + kOf + ",le=\"2.0\"}");
  CHECK(judged - at_most_twice == kTimes);
  CHECK(judged == doctest::Approx(segments["audio_callbacks_total"]).epsilon(0.05));
}

TEST_CASE("each instance has a number of its own, and gives it back") {
  const Segments segments("juce-plugin");
  Plugin kept(512);
  {
    Plugin first(512);
    Plugin second(512);
    second.process(512, 0);
    CHECK(segments["plugin_load_ratio_count{plugin=\"Plugin\",number=\"2\"}"] == 0);
    CHECK(segments["plugin_load_ratio_count{plugin=\"Plugin\",number=\"3\"}"] == 1);
  }
  Plugin next(512);
  next.process(512, 0);
  CHECK(segments["plugin_load_ratio_count{plugin=\"Plugin\",number=\"2\"}"] == 1);
}

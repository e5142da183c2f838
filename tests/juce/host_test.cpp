/// The adapter for a processor, in hosts that split, batch and render ahead, beside what the hosts
/// see of it themselves.
#include <doctest/doctest.h>

#include <algorithm>

#include "hosts.h"
#include "juce_processor.h"

using namespace std::chrono_literals;
using namespace whiteroom;
using testing::Host;
using testing::Played;
using testing::Segments;
using testing::Stage;

namespace {

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
    testing::compare(segments, played, "plugin=\"Plugin\",number=\"1\"");
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
  testing::compare(segments, played, "plugin=\"Plugin\",number=\"1\"");
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
  testing::compare(segments, played, "plugin=\"Plugin\",number=\"1\"");
  CHECK(std::count_if(played.shares.begin(), played.shares.end(),
                      [](double share) { return share > 1; }) > 0);
  CHECK_FALSE(testing::counts_for_a_device(segments));
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

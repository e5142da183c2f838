/// The adapter for a processor, on a real juce::AudioProcessor.
#include <doctest/doctest.h>

#include "gain_processor.h"
#include "hosts.h"

using namespace whiteroom;
using testing::Host;
using testing::Segments;
using testing::Stage;

namespace {

constexpr char kLabels[] = "plugin=\"Gain\",number=\"1\"";

}  // namespace

TEST_CASE("each block of a processor is recorded, and its callback with its share of real time") {
  const Segments segments("juce-plugin");
  juce::ScopedJuceInitialiser_GUI juce;
  GainProcessor first;
  GainProcessor second;
  juce::AudioBuffer<float> buffer(2, 256);
  juce::MidiBuffer midi;
  for (GainProcessor* processor : {&first, &second}) {
    processor->setRateAndBufferSizeDetails(48'000, 256);
    for (int i = 0; i < 100; ++i) processor->processBlock(buffer, midi);
  }
  CHECK(segments["plugin_blocks_total{plugin=\"Gain\",mode=\"realtime\"}"] == 200);
  for (const char* number : {"1", "2"}) {
    const std::string of = std::string("{plugin=\"Gain\",number=\"") + number + "\"}";
    CHECK(segments["plugin_load_ratio_count" + of] == 100);
    CHECK(segments["plugin_render_seconds_total" + of] > 0);
  }
  CHECK_FALSE(testing::counts_for_a_device(segments));
}

TEST_CASE("a processor's distribution is that of its host, in every host") {
  for (const Host& host : testing::hosts()) {
    CAPTURE(host.name);
    const Segments segments("juce-plugin");
    juce::ScopedJuceInitialiser_GUI juce;
    GainProcessor processor;
    processor.setRateAndBufferSizeDetails(Stage::kRate, host.longest_block);
    juce::MidiBuffer midi;
    juce::AudioBuffer<float> whole(2, host.longest_block);
    const testing::Played played =
        Stage(host, [&](int frames) {
          juce::AudioBuffer<float> part(whole.getArrayOfWritePointers(), 2, frames);
          testing::spend(std::chrono::microseconds(frames));
          processor.processBlock(part, midi);
        }).play(testing::time_of_each());
    CHECK(segments["plugin_load_ratio_count{" + std::string(kLabels) + "}"] ==
          doctest::Approx(static_cast<double>(played.shares.size())).epsilon(0.1));
    CHECK_FALSE(testing::counts_for_a_device(segments));
  }
}

TEST_CASE("an offline rendering and a bypassed block are counted and have no share of real time") {
  const Segments segments("juce-plugin");
  juce::ScopedJuceInitialiser_GUI juce;
  GainProcessor processor;
  processor.setRateAndBufferSizeDetails(48'000, 256);
  juce::AudioBuffer<float> buffer(2, 256);
  juce::AudioBuffer<float> empty(2, 0);
  juce::MidiBuffer midi;
  processor.processBlock(empty, midi);
  processor.processBlockBypassed(buffer, midi);
  processor.setNonRealtime(true);
  processor.processBlock(buffer, midi);
  processor.processBlock(buffer, midi);
  CHECK(segments["plugin_blocks_total{plugin=\"Gain\",mode=\"realtime\"}"] == 0);
  CHECK(segments["plugin_blocks_total{plugin=\"Gain\",mode=\"bypassed\"}"] == 1);
  CHECK(segments["plugin_blocks_total{plugin=\"Gain\",mode=\"offline\"}"] == 2);
  CHECK(segments["plugin_load_ratio_count{" + std::string(kLabels) + "}"] == 0);
}

/// The adapter for a processor, on a real juce::AudioProcessor.
#include <doctest/doctest.h>

#include "exposed.h"
#include "gain_processor.h"

using whiteroom::testing::Segments;

TEST_CASE("each block of a processor is recorded, with the deadline of its own length") {
  const Segments segments;
  juce::ScopedJuceInitialiser_GUI juce;
  GainProcessor first;
  GainProcessor second;
  juce::AudioBuffer<float> buffer(2, 256);
  juce::MidiBuffer midi;
  for (GainProcessor* processor : {&first, &second}) {
    processor->setRateAndBufferSizeDetails(48'000, 256);
    for (int i = 0; i < 100; ++i) processor->processBlock(buffer, midi);
  }
  CHECK(segments["audio_callbacks_total"] == 200);
  CHECK(segments["audio_buffer_frames"] == 256);
  CHECK(segments["audio_channel_render_seconds_total{channel=\"Gain\"}"] > 0);
  CHECK(buffer.getNumSamples() == 256);
}

TEST_CASE("an offline rendering has no deadline, and neither has a block of no frames") {
  const Segments segments;
  juce::ScopedJuceInitialiser_GUI juce;
  GainProcessor processor;
  processor.setRateAndBufferSizeDetails(48'000, 256);
  juce::AudioBuffer<float> buffer(2, 256);
  juce::AudioBuffer<float> empty(2, 0);
  juce::MidiBuffer midi;
  processor.processBlock(empty, midi);
  processor.setNonRealtime(true);
  processor.processBlock(buffer, midi);
  CHECK(segments["audio_callbacks_total"] == 0);
}

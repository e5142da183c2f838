#pragma once

#include <juce_audio_processors/juce_audio_processors.h>

#include "whiteroom/monitoring/juce_processor.h"

/// A plug-in that is monitored by three lines: a member, and the first of each way to process.
class GainProcessor final : public juce::AudioProcessor {
 public:
  // [processor]
  void processBlock(juce::AudioBuffer<float>& buffer, juce::MidiBuffer&) override {
    const auto block = metrics.block(*this, buffer);
    buffer.applyGain(0.5F);
  }
  void processBlockBypassed(juce::AudioBuffer<float>& buffer, juce::MidiBuffer& midi) override {
    metrics.bypassed(buffer);
    AudioProcessor::processBlockBypassed(buffer, midi);
  }
  whiteroom::monitoring::ProcessorMetrics metrics{"Gain"};
  // [end]

  const juce::String getName() const override { return "Gain"; }
  void prepareToPlay(double, int) override {}
  void releaseResources() override {}
  bool acceptsMidi() const override { return false; }
  bool producesMidi() const override { return false; }
  double getTailLengthSeconds() const override { return 0; }
  bool hasEditor() const override { return false; }
  juce::AudioProcessorEditor* createEditor() override { return nullptr; }
  int getNumPrograms() override { return 1; }
  int getCurrentProgram() override { return 0; }
  void setCurrentProgram(int) override {}
  const juce::String getProgramName(int) override { return {}; }
  void changeProgramName(int, const juce::String&) override {}
  void getStateInformation(juce::MemoryBlock&) override {}
  void setStateInformation(const void*, int) override {}
};

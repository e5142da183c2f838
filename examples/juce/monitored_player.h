#pragma once

// [includes]
#include "whiteroom/monitoring/audio_metrics.h"
#include "whiteroom/monitoring/juce_device.h"
#include "whiteroom/monitoring/segment.h"
// [end]
#include "player.h"

// [segment]
/// Where this process keeps its metrics: made once, before the sound starts.
class Metrics {
 public:
  Metrics() {
    segment.declare(whiteroom::monitoring::audio::families());
    segment.prepare();
  }

  whiteroom::monitoring::Segment segment{{.program = "juce-backend"}};
};
// [end]

// [callback]
class MonitoredPlayer {
 public:
  explicit MonitoredPlayer(juce::AudioDeviceManager& devices) : deviceManager(devices) {
    deviceManager.addAudioCallback(&measured);  // instead of &player
  }
  ~MonitoredPlayer() { deviceManager.removeAudioCallback(&measured); }

  Player player;

 private:
  juce::AudioDeviceManager& deviceManager;
  Metrics metrics;
  whiteroom::monitoring::AudioMetrics audio{metrics.segment, {}};
  whiteroom::monitoring::MeasuredCallback measured{audio, player};
};
// [end]

#pragma once

#include "audio_metrics.h"
#include "juce_device.h"
#include "player.h"
#include "segment.h"

/// The same application, monitored.
class MonitoredPlayer {
 public:
  explicit MonitoredPlayer(juce::AudioDeviceManager& devices) : deviceManager(devices) {
    deviceManager.addAudioCallback(&measured);  // instead of &player
  }
  ~MonitoredPlayer() { deviceManager.removeAudioCallback(&measured); }

  Player player;

 private:
  /// What is recorded lies in a segment: made once in a process, before the sound starts.
  static whiteroom::monitoring::Segment& prepared(whiteroom::monitoring::Segment& segment) {
    segment.declare(whiteroom::monitoring::audio::families());
    segment.prepare();
    return segment;
  }

  juce::AudioDeviceManager& deviceManager;
  whiteroom::monitoring::Segment segment{{.program = "juce-backend"}};
  whiteroom::monitoring::AudioMetrics metrics{prepared(segment), {}};
  whiteroom::monitoring::MeasuredCallback measured{metrics, player};
};

#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "whiteroom/monitoring/audio_metrics.h"

// [rack]
/// A mixer that knows what each of its plug-ins costs.
class Rack {
 public:
  explicit Rack(whiteroom::monitoring::AudioMetrics& metrics) : audio(metrics) {
    audio.use(plugins);
  }

  /// Called within the callback, for each plug-in in its order.
  template <class Render>
  void render(std::size_t plugin, const Render& process) {
    const auto begin = std::chrono::steady_clock::now();
    process();
    audio.plugin_rendered(plugin, std::chrono::steady_clock::now() - begin);
  }

 private:
  whiteroom::monitoring::AudioMetrics& audio;
  const std::vector<whiteroom::monitoring::ChannelNames> names{{"bass", {"synth", "compressor"}},
                                                               {"voice", {"pitch", "reverb"}}};
  const whiteroom::monitoring::PluginSlots plugins = audio.plugin_slots(names);
};
// [end]

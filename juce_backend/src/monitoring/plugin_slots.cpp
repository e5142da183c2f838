#include "plugin_slots.h"

namespace whiteroom::monitoring {

PluginSlots::PluginSlots(const audio::Realtime& cells, std::span<const ChannelNames> channels) {
  for (const auto& [channel, plugins] : channels) {
    const auto whole = cells.audio_channel_render_seconds_total.with(channel);
    if (plugins.empty()) plugins_.push_back({channel, whole, {}, {}, false});
    for (const std::string& plugin : plugins) {
      plugins_.push_back({channel + "/" + plugin, whole,
                          cells.audio_plugin_render_seconds_total.with(channel, plugin),
                          cells.audio_plugin_deadlines_missed_total.with(channel, plugin), true});
    }
  }
}

}  // namespace whiteroom::monitoring

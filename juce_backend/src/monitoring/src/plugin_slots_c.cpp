#include "whiteroom/monitoring/plugin_slots_c.h"

#include <algorithm>
#include <array>
#include <span>
#include <vector>

#include "segment_c_access.h"
#include "whiteroom/monitoring/audio_metrics.h"

using namespace whiteroom::monitoring;

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
AudioMetrics& audio_metrics_behind(wrm_audio_metrics* object) noexcept;
}

struct wrm_plugin_slots {
  PluginSlots slots;
};

namespace {

std::vector<ChannelNames> names_of(const wrm_channel_names* channels, std::size_t count) {
  std::vector<ChannelNames> names;
  for (const wrm_channel_names& channel : std::span(channels, count)) {
    ChannelNames& name = names.emplace_back();
    name.channel = &given(channel.channel, "the name of a channel");
    name.plugins = texts_of(channel.plugins, channel.plugin_count);
  }
  return names;
}

}  // namespace

char* wrm_plugin_slots_make(wrm_audio_metrics* metrics, const wrm_channel_names* channels,
                            std::size_t channel_count, wrm_plugin_slots** made) {
  return guarded([&] {
    const AudioMetrics& known = audio_metrics_behind(&given(metrics, "what records audio"));
    *made = new wrm_plugin_slots{known.plugin_slots(names_of(channels, channel_count))};
  });
}

void wrm_plugin_slots_free(wrm_plugin_slots* slots) { delete slots; }

void wrm_plugin_slots_rendered(wrm_plugin_slots* slots, std::size_t plugin, std::int64_t took_ns) {
  record_into(slots, [&](auto& to) {
    to.slots.plugin_rendered(plugin, std::chrono::nanoseconds(took_ns));
  });
}

void wrm_audio_metrics_use(wrm_audio_metrics* metrics, wrm_plugin_slots* const* slots,
                           std::size_t slots_count) {
  std::array<const PluginSlots*, AudioMetrics::kMostSlots + 1> used{};
  const std::size_t count = std::min(slots_count, used.size());
  for (std::size_t i = 0; i < count; ++i)
    used[i] = slots[i] != nullptr ? &slots[i]->slots : nullptr;
  record_into(metrics,
              [&](auto& to) { audio_metrics_behind(&to).use(std::span(used).first(count)); });
}

bool wrm_audio_metrics_most_expensive(wrm_audio_metrics* metrics, wrm_plugin_place* place) {
  if (metrics == nullptr) return false;
  const auto found = audio_metrics_behind(metrics).most_expensive();
  if (found) *place = {found->slots, found->plugin};
  return found.has_value();
}

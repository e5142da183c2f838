#include "whiteroom/monitoring/audio_metrics_c.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "segment_c_access.h"
#include "whiteroom/monitoring/audio_metrics.h"

using namespace whiteroom::monitoring;

struct wrm_audio_metrics {
  AudioMetrics metrics;
};

struct wrm_plugin_slots {
  PluginSlots slots;
};

namespace {

AudioMetrics::Clock::time_point point(std::uint64_t ns) noexcept {
  return AudioMetrics::Clock::time_point(
      std::chrono::duration_cast<AudioMetrics::Clock::duration>(std::chrono::nanoseconds(ns)));
}

CallbackMode mode_of(wrm_callback_mode mode) noexcept {
  if (mode == WRM_CALLBACK_OFFLINE) return CallbackMode::offline;
  if (mode == WRM_CALLBACK_BYPASSED) return CallbackMode::bypassed;
  return mode == WRM_CALLBACK_PAUSED ? CallbackMode::paused : CallbackMode::realtime;
}

audio::Driver driver_named(std::string_view name) {
  const auto found =
      std::find(std::begin(audio::kDriverValues), std::end(audio::kDriverValues), name);
  if (found == std::end(audio::kDriverValues)) {
    throw PreparationError("driver \"" + std::string(name) + "\": no value of the label");
  }
  return static_cast<audio::Driver>(found - std::begin(audio::kDriverValues));
}

/// Call `body` with what a pointer points at, or count what is lost when that is nothing.
template <class Object, class Body>
void with(Object* object, const Body& body) noexcept {
  if (object != nullptr) return body(*object);
  if constexpr (kRecording) detail::count_mistake(nullptr, WRM_LOST_NOT_PREPARED);
}

std::vector<ChannelNames> names_of(const wrm_channel_names* channels, std::size_t count) {
  std::vector<ChannelNames> names;
  for (const wrm_channel_names& channel : std::span(channels, count)) {
    ChannelNames& name = names.emplace_back();
    name.channel = &given(channel.channel, "the name of a channel");
    for (const char* plugin : std::span(channel.plugins, channel.plugin_count)) {
      name.plugins.emplace_back(&given(plugin, "the name of a plug-in"));
    }
  }
  return names;
}

}  // namespace

char* wrm_audio_metrics_make(wrm_segment* segment, const char* const* channels,
                             std::size_t channel_count, wrm_audio_metrics** made) {
  return guarded([&] {
    std::vector<std::string> names;
    for (const char* name : std::span(channels, channel_count)) {
      names.emplace_back(&given(name, "the name of a channel"));
    }
    *made =
        new wrm_audio_metrics{AudioMetrics(segment_behind(&given(segment, "the segment")), names)};
  });
}

void wrm_audio_metrics_free(wrm_audio_metrics* metrics) { delete metrics; }

char* wrm_audio_metrics_set_info(wrm_audio_metrics* metrics, const char* version,
                                 const char* driver) {
  return guarded([&] {
    AudioMetrics& known = given(metrics, "what records audio").metrics;
    known.set_info(&given(version, "the version"), driver_named(&given(driver, "the driver")));
  });
}

void wrm_audio_metrics_set_stream(wrm_audio_metrics* metrics, double sample_rate_hertz,
                                  std::uint32_t buffer_frames) {
  with(metrics, [&](auto& to) { to.metrics.set_stream(sample_rate_hertz, buffer_frames); });
}

void wrm_audio_metrics_set_device_buffers(wrm_audio_metrics* metrics, std::uint32_t buffers) {
  with(metrics, [&](auto& to) { to.metrics.set_device_buffers(buffers); });
}

void wrm_audio_metrics_stream_stops(wrm_audio_metrics* metrics) {
  with(metrics, [](auto& to) { to.metrics.stream_stops(); });
}

void wrm_audio_metrics_stream_starts(wrm_audio_metrics* metrics) {
  with(metrics, [&](auto& to) { to.metrics.stream_starts(); });
}

void wrm_audio_metrics_set_mode(wrm_audio_metrics* metrics, wrm_callback_mode mode) {
  with(metrics, [&](auto& to) { to.metrics.set_mode(mode_of(mode)); });
}

void wrm_audio_metrics_set_realtime_scheduling(wrm_audio_metrics* metrics, bool in_force) {
  with(metrics, [&](auto& to) { to.metrics.set_realtime_scheduling(in_force); });
}

void wrm_audio_metrics_set_memory(wrm_audio_metrics* metrics, std::uint64_t resident_bytes) {
  with(metrics, [&](auto& to) { to.metrics.set_memory(resident_bytes); });
}

void wrm_audio_metrics_report_xrun(wrm_audio_metrics* metrics, std::int64_t delay_ns) {
  wrm_audio_metrics_report_xruns(metrics, 1, delay_ns);
}

void wrm_audio_metrics_report_xruns(wrm_audio_metrics* metrics, std::uint32_t count,
                                    std::int64_t delay_ns) {
  with(metrics,
       [&](auto& to) { to.metrics.report_xruns(count, std::chrono::nanoseconds(delay_ns)); });
}

void wrm_audio_metrics_report_input_overrun(wrm_audio_metrics* metrics) {
  with(metrics, [&](auto& to) { to.metrics.report_input_overrun(); });
}

void wrm_audio_metrics_channel_rendered(wrm_audio_metrics* metrics, std::size_t channel,
                                        std::int64_t took_ns) {
  with(metrics,
       [&](auto& to) { to.metrics.channel_rendered(channel, std::chrono::nanoseconds(took_ns)); });
}

void wrm_audio_metrics_callback_rendered(wrm_audio_metrics* metrics, std::uint64_t begin_ns,
                                         std::uint64_t end_ns, std::uint32_t frames,
                                         const std::uint64_t* due_ns) {
  const wrm_callback_details details{due_ns, WRM_CALLBACK_REALTIME, WRM_WAITED_UNKNOWN};
  wrm_audio_metrics_callback_rendered_as(metrics, begin_ns, end_ns, frames, &details);
}

void wrm_audio_metrics_callback_rendered_as(wrm_audio_metrics* metrics, std::uint64_t begin_ns,
                                            std::uint64_t end_ns, std::uint32_t frames,
                                            const wrm_callback_details* details) {
  constexpr wrm_callback_details kNothing{};
  if (details == nullptr) details = &kNothing;
  CallbackDetails known{.mode = mode_of(details->mode)};
  if (details->due_ns != nullptr) known.due = point(*details->due_ns);
  if (details->waited != WRM_WAITED_UNKNOWN) known.waited = details->waited == WRM_WAITED_YES;
  with(metrics, [&](auto& to) {
    to.metrics.callback_rendered(point(begin_ns), point(end_ns), frames, known);
  });
}

char* wrm_plugin_slots_make(wrm_audio_metrics* metrics, const wrm_channel_names* channels,
                            std::size_t channel_count, wrm_plugin_slots** made) {
  return guarded([&] {
    const AudioMetrics& known = given(metrics, "what records audio").metrics;
    *made = new wrm_plugin_slots{known.plugin_slots(names_of(channels, channel_count))};
  });
}

void wrm_plugin_slots_free(wrm_plugin_slots* slots) { delete slots; }

void wrm_plugin_slots_rendered(wrm_plugin_slots* slots, std::size_t plugin, std::int64_t took_ns) {
  with(slots,
       [&](auto& to) { to.slots.plugin_rendered(plugin, std::chrono::nanoseconds(took_ns)); });
}

void wrm_audio_metrics_use(wrm_audio_metrics* metrics, wrm_plugin_slots* const* slots,
                           std::size_t slots_count) {
  std::array<const PluginSlots*, AudioMetrics::kMostSlots + 1> used{};
  const std::size_t count = std::min(slots_count, used.size());
  for (std::size_t i = 0; i < count; ++i)
    used[i] = slots[i] != nullptr ? &slots[i]->slots : nullptr;
  with(metrics, [&](auto& to) { to.metrics.use(std::span(used).first(count)); });
}

bool wrm_audio_metrics_most_expensive(const wrm_audio_metrics* metrics, wrm_plugin_place* place) {
  if (metrics == nullptr) return false;
  const auto found = metrics->metrics.most_expensive();
  if (found) *place = {found->slots, found->plugin};
  return found.has_value();
}

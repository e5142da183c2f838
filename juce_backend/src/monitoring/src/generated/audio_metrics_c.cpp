// Generated from catalogue/interfaces/audio_metrics.yaml by `whiteroom generate`; edit that file, not this one.

#include "whiteroom/monitoring/generated/audio_metrics_c.h"

#include "../segment_c_access.h"
#include "whiteroom/monitoring/audio_metrics.h"

using namespace whiteroom::monitoring;

struct wrm_audio_metrics {
  AudioMetrics wrapped;
};

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
AudioMetrics& audio_metrics_behind(wrm_audio_metrics* object) noexcept {
  return object->wrapped;
}
}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

namespace {

CallbackMode callback_mode_of(wrm_callback_mode value) noexcept {
  switch (value) {
    case WRM_CALLBACK_MODE_OFFLINE: return CallbackMode::offline;
    case WRM_CALLBACK_MODE_BYPASSED: return CallbackMode::bypassed;
    case WRM_CALLBACK_MODE_PAUSED: return CallbackMode::paused;
    default: return CallbackMode::realtime;
  }
}

CallbackDetails callback_details_of(const wrm_callback_details* from) {
  CallbackDetails made;
  if (from == nullptr) return made;
  if (from->due_ns != 0) made.due = time_point_of(from->due_ns);
  made.mode = callback_mode_of(from->mode);
  if (from->waited != WRM_UNKNOWN) made.waited = from->waited == WRM_YES;
  return made;
}

}  // namespace

char* wrm_audio_metrics_make(wrm_segment* segment, const char* const* channels, size_t channels_count, wrm_audio_metrics** made) {
  return guarded([&] { *made = new wrm_audio_metrics{AudioMetrics(segment_behind(&given(segment, "the segment")), texts_of(channels, channels_count))}; });
}

void wrm_audio_metrics_free(wrm_audio_metrics* object) { delete object; }

char* wrm_audio_metrics_set_info(wrm_audio_metrics* object, const char* version, const char* driver) {
  return guarded([&] { given(object, "the object").wrapped.set_info(&given(version, "version"), label_named<audio::Driver>(audio::kDriverValues, "driver", driver)); });
}

void wrm_audio_metrics_set_stream(wrm_audio_metrics* object, double sample_rate_hertz, uint32_t buffer_frames) {
  record_into(object, [&](auto& to) { to.wrapped.set_stream(sample_rate_hertz, buffer_frames); });
}

void wrm_audio_metrics_set_device_buffers(wrm_audio_metrics* object, uint32_t buffers) {
  record_into(object, [&](auto& to) { to.wrapped.set_device_buffers(buffers); });
}

void wrm_audio_metrics_stream_stops(wrm_audio_metrics* object) {
  record_into(object, [&](auto& to) { to.wrapped.stream_stops(); });
}

void wrm_audio_metrics_stream_starts(wrm_audio_metrics* object) {
  record_into(object, [&](auto& to) { to.wrapped.stream_starts(); });
}

void wrm_audio_metrics_set_mode(wrm_audio_metrics* object, wrm_callback_mode mode) {
  record_into(object, [&](auto& to) { to.wrapped.set_mode(callback_mode_of(mode)); });
}

void wrm_audio_metrics_set_realtime_scheduling(wrm_audio_metrics* object, bool in_force) {
  record_into(object, [&](auto& to) { to.wrapped.set_realtime_scheduling(in_force); });
}

void wrm_audio_metrics_set_memory(wrm_audio_metrics* object, uint64_t resident_bytes) {
  record_into(object, [&](auto& to) { to.wrapped.set_memory(resident_bytes); });
}

void wrm_audio_metrics_report_xrun(wrm_audio_metrics* object, int64_t delay_ns) {
  record_into(object, [&](auto& to) { to.wrapped.report_xrun(std::chrono::nanoseconds(delay_ns)); });
}

void wrm_audio_metrics_report_xruns(wrm_audio_metrics* object, uint32_t count, int64_t delay_ns) {
  record_into(object, [&](auto& to) { to.wrapped.report_xruns(count, std::chrono::nanoseconds(delay_ns)); });
}

void wrm_audio_metrics_report_input_overrun(wrm_audio_metrics* object) {
  record_into(object, [&](auto& to) { to.wrapped.report_input_overrun(); });
}

void wrm_audio_metrics_channel_rendered(wrm_audio_metrics* object, size_t channel, int64_t took_ns) {
  record_into(object, [&](auto& to) { to.wrapped.channel_rendered(channel, std::chrono::nanoseconds(took_ns)); });
}

void wrm_audio_metrics_callback_rendered(wrm_audio_metrics* object, uint64_t began_ns, uint64_t ended_ns, uint32_t frames, const wrm_callback_details* details) {
  record_into(object, [&](auto& to) { to.wrapped.callback_rendered(time_point_of(began_ns), time_point_of(ended_ns), frames, callback_details_of(details)); });
}

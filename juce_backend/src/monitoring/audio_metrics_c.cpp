#include "audio_metrics_c.h"

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <vector>

#include "audio_metrics.h"
#include "segment_c_access.h"

using namespace whiteroom::monitoring;

struct wrm_audio_metrics {
  AudioMetrics metrics;
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

}  // namespace

char* wrm_audio_metrics_make(wrm_segment* segment, const char* const* channels,
                             std::size_t channel_count, wrm_audio_metrics** made) {
  return guarded([&] {
    const std::vector<std::string> names(channels, channels + channel_count);
    *made = new wrm_audio_metrics{AudioMetrics(segment_behind(segment), names)};
  });
}

void wrm_audio_metrics_free(wrm_audio_metrics* metrics) { delete metrics; }

char* wrm_audio_metrics_set_info(wrm_audio_metrics* metrics, const char* version,
                                 const char* driver) {
  return guarded([&] { metrics->metrics.set_info(version, driver_named(driver)); });
}

void wrm_audio_metrics_set_stream(wrm_audio_metrics* metrics, double sample_rate_hertz,
                                  std::uint32_t buffer_frames) {
  metrics->metrics.set_stream(sample_rate_hertz, buffer_frames);
}

void wrm_audio_metrics_set_device_buffers(wrm_audio_metrics* metrics, std::uint32_t buffers) {
  metrics->metrics.set_device_buffers(buffers);
}

void wrm_audio_metrics_stream_stops(wrm_audio_metrics* metrics) { metrics->metrics.stream_stops(); }

void wrm_audio_metrics_stream_starts(wrm_audio_metrics* metrics) {
  metrics->metrics.stream_starts();
}

void wrm_audio_metrics_set_mode(wrm_audio_metrics* metrics, wrm_callback_mode mode) {
  metrics->metrics.set_mode(mode_of(mode));
}

void wrm_audio_metrics_set_realtime_scheduling(wrm_audio_metrics* metrics, bool in_force) {
  metrics->metrics.set_realtime_scheduling(in_force);
}

void wrm_audio_metrics_set_memory(wrm_audio_metrics* metrics, std::uint64_t resident_bytes) {
  metrics->metrics.set_memory(resident_bytes);
}

void wrm_audio_metrics_report_xrun(wrm_audio_metrics* metrics, std::int64_t delay_ns) {
  metrics->metrics.report_xrun(std::chrono::nanoseconds(delay_ns));
}

void wrm_audio_metrics_report_input_overrun(wrm_audio_metrics* metrics) {
  metrics->metrics.report_input_overrun();
}

void wrm_audio_metrics_channel_rendered(wrm_audio_metrics* metrics, std::size_t channel,
                                        std::int64_t took_ns) {
  metrics->metrics.channel_rendered(channel, std::chrono::nanoseconds(took_ns));
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
  CallbackDetails known{.mode = mode_of(details->mode)};
  if (details->due_ns != nullptr) known.due = point(*details->due_ns);
  if (details->waited != WRM_WAITED_UNKNOWN) known.waited = details->waited == WRM_WAITED_YES;
  metrics->metrics.callback_rendered(point(begin_ns), point(end_ns), frames, known);
}

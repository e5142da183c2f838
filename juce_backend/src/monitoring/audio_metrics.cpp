#include "audio_metrics.h"

namespace whiteroom::monitoring {

AudioMetrics::AudioMetrics(Segment& segment, std::span<const std::string> channels)
    : shared_(segment), realtime_(segment) {
  channels_.reserve(channels.size());
  for (const std::string& channel : channels) {
    channels_.push_back(realtime_.audio_channel_cpu_seconds_total.with(channel));
  }
}

void AudioMetrics::set_info(std::string_view version, audio::Driver driver) {
  shared_.audio_engine_info.with(version)[driver].set();
}

void AudioMetrics::set_stream(double sample_rate_hertz, std::uint32_t buffer_frames) noexcept {
  sample_rate_hertz_.store(sample_rate_hertz, std::memory_order_relaxed);
  shared_.audio_sample_rate_hertz.set(sample_rate_hertz);
  shared_.audio_buffer_frames.set(buffer_frames);
  shared_.audio_buffer_duration_seconds.set(buffer_frames / sample_rate_hertz);
}

void AudioMetrics::set_realtime_scheduling(bool in_force) noexcept {
  shared_.audio_engine_realtime_scheduling.set(in_force ? 1 : 0);
}

void AudioMetrics::set_memory(std::uint64_t resident_bytes) noexcept {
  shared_.audio_engine_memory_bytes.set(static_cast<double>(resident_bytes));
}

void AudioMetrics::report_xrun(std::chrono::nanoseconds delay) noexcept {
  shared_.audio_engine_xruns_total.increment();
  reported_delay_ns_.store(delay.count(), std::memory_order_relaxed);
  reported_xruns_.fetch_add(1, std::memory_order_release);
}

void AudioMetrics::callback_rendered(Clock::time_point begin, Clock::time_point end,
                                     std::uint32_t frames) noexcept {
  const std::chrono::nanoseconds render = end - begin;
  const std::chrono::duration<double> deadline(frames /
                                               sample_rate_hertz_.load(std::memory_order_relaxed));
  realtime_.audio_engine_render_time_seconds.observe(render);
  realtime_.audio_engine_load_ratio.observe(std::chrono::duration<double>(render) / deadline);
  realtime_.audio_callbacks_total.increment();

  const std::uint64_t xruns = reported_xruns_.load(std::memory_order_acquire);
  const auto miss =
      classifier_.judge({.start = begin.time_since_epoch(),
                         .render = render,
                         .buffer = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline),
                         .device_xrun = xruns != judged_xruns_,
                         .device_delay = std::chrono::nanoseconds(
                             reported_delay_ns_.load(std::memory_order_relaxed))});
  judged_xruns_ = xruns;
  if (!miss) return;
  if (miss->begins) realtime_.audio_dropouts_total[miss->cause].increment();
  realtime_.audio_dropout_seconds_total[miss->cause].add(miss->lost);
}

}  // namespace whiteroom::monitoring

#include "audio_metrics.h"

#include <algorithm>
#include <array>
#include <utility>

namespace whiteroom::monitoring {

AudioMetrics::AudioMetrics(Segment& segment, std::span<const std::string> channels)
    : shared_(segment), realtime_(segment) {
  std::vector<ChannelNames> names;
  for (const std::string& channel : channels) names.push_back({channel});
  channels_ = rack(names);
  plugin_cost_ = measure_plugin_cost();
}

PluginRack AudioMetrics::rack(std::span<const ChannelNames> channels) const {
  PluginRack made;
  for (const auto& [channel, plugins] : channels) {
    const auto whole = realtime_.audio_channel_cpu_seconds_total.with(channel);
    if (plugins.empty()) made.plugins_.push_back({channel, whole, {}, {}, false});
    for (const std::string& plugin : plugins) {
      made.plugins_.push_back({channel + "/" + plugin, whole,
                               realtime_.audio_plugin_cpu_seconds_total.with(channel, plugin),
                               realtime_.audio_plugin_deadlines_missed_total.with(channel, plugin),
                               true});
    }
  }
  return made;
}

void AudioMetrics::set_info(std::string_view version, audio::Driver driver) {
  shared_.audio_engine_info.with(version)[driver].set();
}

void AudioMetrics::set_stream(double sample_rate_hertz, std::uint32_t buffer_frames) noexcept {
  // Relaxed: nothing is published with it.
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
  // Relaxed: the count, stored after it, publishes it.
  reported_delay_ns_.store(delay.count(), std::memory_order_relaxed);
  // Release: a callback that sees the count sees this XRUN's delay, or a later one's.
  reported_xruns_.fetch_add(1, std::memory_order_release);
}

std::optional<Miss> AudioMetrics::callback_rendered(Clock::time_point begin, Clock::time_point end,
                                                    std::uint32_t frames) noexcept {
  const std::chrono::nanoseconds render = end - begin;
  // Relaxed: a number by itself. A callback that overlaps a change of the stream is judged by
  // either.
  const std::chrono::duration<double> deadline(frames /
                                               sample_rate_hertz_.load(std::memory_order_relaxed));
  realtime_.audio_engine_render_time_seconds.observe(render);
  realtime_.audio_engine_load_ratio.observe(std::chrono::duration<double>(render) / deadline);
  realtime_.audio_callbacks_total.increment();
  const std::optional<Miss> miss = judge(begin, render, deadline);
  if (miss) {
    if (miss->begins) realtime_.audio_dropouts_total[miss->cause].increment();
    realtime_.audio_dropout_seconds_total[miss->cause].add(miss->lost);
  }
  settle_plugins(render > deadline);
  if constexpr (kRecording) {
    const std::uint32_t plugins = std::exchange(plugins_rendered_, 0);
    realtime_.audio_monitoring_seconds_total.add(Clock::now() - end + plugins * plugin_cost_);
  }
  return miss;
}

void AudioMetrics::settle_plugins(bool over_budget) noexcept {
  if (plugins_rendered_ == 0) return;
  const PluginRack::Plugin& plugin = rack_->plugins_[longest_plugin_];
  if (over_budget && plugin.in_channel) plugin.missed.increment();
  most_expensive_ = longest_plugin_;
  longest_ = std::chrono::nanoseconds::zero();
  longest_plugin_ = 0;
}

std::optional<Miss> AudioMetrics::judge(Clock::time_point begin, std::chrono::nanoseconds render,
                                        std::chrono::duration<double> deadline) noexcept {
  // Acquire: the delay that is read next belongs to this count or a later one.
  const std::uint64_t xruns = reported_xruns_.load(std::memory_order_acquire);
  const bool device_xrun = xruns != judged_xruns_;
  judged_xruns_ = xruns;
  // Relaxed: the acquire above has ordered it.
  const std::int64_t delay_ns = reported_delay_ns_.load(std::memory_order_relaxed);
  return classifier_.judge(
      {.start = begin.time_since_epoch(),
       .render = render,
       .buffer = std::chrono::duration_cast<std::chrono::nanoseconds>(deadline),
       .device_xrun = device_xrun,
       .device_delay = std::chrono::nanoseconds(delay_ns)});
}

std::chrono::nanoseconds AudioMetrics::measure_plugin_cost() noexcept {
  if (!kRecording) return std::chrono::nanoseconds::zero();
  constexpr int kBatches = 10;
  constexpr int kRounds = 100;
  // Cells that nobody reads: to measure is not to record.
  std::array<std::uint64_t, 3> cells{};
  std::uint64_t lost = 0;
  const DurationCounter<Thread::realtime> channel(&cells[0], &lost);
  const DurationCounter<Thread::realtime> own(&cells[1], &lost);
  const PluginRack::Plugin plugin{{}, channel, own, {&cells[2], &lost}, true};
  // The least: a batch during which the thread was put aside would count for good.
  auto least = std::chrono::nanoseconds::max();
  for (int batch = 0; batch < kBatches; ++batch) {
    const Clock::time_point begin = Clock::now();
    for (int i = 0; i < kRounds; ++i) {
      const Clock::time_point now = Clock::now();
      record(plugin, 0, now - now);
    }
    least = std::min<std::chrono::nanoseconds>(least, (Clock::now() - begin) / kRounds);
  }
  plugins_rendered_ = 0;
  return least;
}

}  // namespace whiteroom::monitoring

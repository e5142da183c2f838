#include "audio_metrics.h"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

namespace whiteroom::monitoring {

AudioMetrics::AudioMetrics(Segment& segment, std::span<const std::string> channels)
    : shared_(segment), realtime_(segment) {
  std::vector<ChannelNames> names;
  for (const std::string& channel : channels) names.push_back({channel});
  channels_ = rack(names);
  plugin_cost_ = measure_plugin_cost();
}

PluginRack AudioMetrics::rack(std::span<const ChannelNames> channels) const {
  return {realtime_, channels};
}

void AudioMetrics::set_info(std::string_view version, audio::Driver driver) {
  shared_.audio_engine_info.with(version)[driver].set();
}

void AudioMetrics::set_stream(double sample_rate_hertz, std::uint32_t buffer_frames) noexcept {
  // Relaxed: nothing is published with them; a callback that overlaps a change is judged by either.
  sample_rate_hertz_.store(sample_rate_hertz, std::memory_order_relaxed);
  reconfigured_.store(true, std::memory_order_relaxed);
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
                                                    std::uint32_t frames,
                                                    std::optional<Clock::time_point> due) noexcept {
  CallbackTiming timing = timing_of(begin, end, frames);
  if (due) timing.due = due->time_since_epoch();
  const Verdict verdict = classifier_.judge(timing);
  record(timing, verdict);
  settle_plugins(timing.render > timing.buffer);
  if constexpr (kRecording) {
    const std::uint32_t plugins = std::exchange(plugins_rendered_, 0);
    realtime_.audio_monitoring_seconds_total.add(Clock::now() - end + plugins * plugin_cost_);
  }
  return verdict.miss;
}

CallbackTiming AudioMetrics::timing_of(Clock::time_point begin, Clock::time_point end,
                                       std::uint32_t frames) noexcept {
  using std::chrono::nanoseconds;
  // Acquire: the delay that is read below belongs to this count or a later one.
  const std::uint64_t xruns = reported_xruns_.load(std::memory_order_acquire);
  // Relaxed, all three: the acquire has ordered the delay, and the others are by themselves.
  const double rate = sample_rate_hertz_.load(std::memory_order_relaxed);
  const bool changed = reconfigured_.load(std::memory_order_relaxed);
  const nanoseconds delay(reported_delay_ns_.load(std::memory_order_relaxed));
  // Relaxed: if the stream changes once more just now, this callback stands for both.
  if (changed) reconfigured_.store(false, std::memory_order_relaxed);
  return {.start = begin.time_since_epoch(),
          .render = end - begin,
          .buffer = nanoseconds(static_cast<std::int64_t>(frames * kBillion / rate)),
          .device_xrun = std::exchange(judged_xruns_, xruns) != xruns,
          .reconfigured = changed,
          .device_delay = delay};
}

void AudioMetrics::record(const CallbackTiming& timing, const Verdict& verdict) noexcept {
  const auto deadline = static_cast<double>(timing.buffer.count());
  const auto share = [deadline](std::chrono::nanoseconds time) {
    return static_cast<double>(time.count()) / deadline;
  };
  realtime_.audio_engine_render_time_seconds.observe(timing.render);
  realtime_.audio_engine_load_ratio.observe(share(timing.render));
  realtime_.audio_callback_jitter_ratio.observe(share(verdict.late));
  realtime_.audio_deadline_headroom_ratio.observe(std::max(0.0, share(verdict.spare)));
  realtime_.audio_callbacks_total.increment();
  if (!verdict.miss) return;
  const auto& [cause, begins, lost] = *verdict.miss;
  if (begins) realtime_.audio_dropouts_total[cause].increment();
  realtime_.audio_deadlines_missed_total[cause].increment();
  realtime_.audio_dropout_seconds_total[cause].add(lost);
}

void AudioMetrics::settle_plugins(bool over_budget) noexcept {
  if (plugins_rendered_ == 0) return;
  const PluginRack::Plugin& plugin = rack_->plugins_[longest_plugin_];
  if (over_budget && plugin.in_channel) plugin.missed.increment();
  most_expensive_ = longest_plugin_;
  longest_ = std::chrono::nanoseconds::zero();
  longest_plugin_ = 0;
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

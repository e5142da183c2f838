#include "whiteroom/monitoring/audio_metrics.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>
#include <vector>

namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI {
namespace {

audio::Mode mode_label(CallbackMode mode) noexcept {
  if (mode == CallbackMode::bypassed) return audio::Mode::bypassed;
  return mode == CallbackMode::paused ? audio::Mode::paused : audio::Mode::offline;
}

}  // namespace

AudioMetrics::AudioMetrics(Segment& segment, Span<const std::string> channels)
    : shared_(segment), realtime_(segment), lost_(segment.lost()) {
  std::vector<ChannelNames> names;
  for (const std::string& channel : channels) names.push_back({channel});
  channels_ = plugin_slots(names);
  use(channels_);
  plugin_cost_ = measure_plugin_cost();
}

PluginSlots AudioMetrics::plugin_slots(Span<const ChannelNames> channels) const {
  return {pool_, realtime_, lost_, channels};
}

void AudioMetrics::use(Span<const PluginSlots* const> slots) noexcept {
  if (slots.size() > kMostSlots) detail::count_mistake(lost_, WRM_LOST_OUT_OF_RANGE);
  const std::array<detail::SlotCells*, kMostSlots> former = slots_;
  const std::size_t former_used = std::exchange(slots_used_, 0);
  for (const PluginSlots* one : slots.first(std::min(slots.size(), kMostSlots))) {
    if (one != nullptr && one->cells_ != nullptr) slots_[slots_used_++] = one->cells_.get();
  }
  for (detail::SlotCells* one : std::span(former).first(former_used)) {
    // Release: whoever frees what is not in use finds this thread done with it.
    one->in_use.store(false, std::memory_order_release);
  }
  for (detail::SlotCells* one : std::span(slots_).first(slots_used_)) {
    // Relaxed: their owner still has them.
    one->in_use.store(true, std::memory_order_relaxed);
    // What was recorded while no callback looked belongs to none.
    static_cast<void>(one->take_round());
  }
  most_expensive_.reset();
}

void AudioMetrics::set_info(std::string_view version, audio::Driver driver) {
  shared_.audio_engine_info.with(version)[driver].set();
}

void AudioMetrics::set_stream(double sample_rate_hertz, std::uint32_t buffer_frames) noexcept {
  const bool valid = sample_rate_hertz > 0 && std::isfinite(sample_rate_hertz);
  if (!valid) return detail::count_mistake(lost_, WRM_LOST_NOT_A_NUMBER);
  reports_.set_stream(sample_rate_hertz, buffer_frames);
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

void AudioMetrics::report_xruns(std::uint32_t count, std::chrono::nanoseconds delay) noexcept {
  shared_.audio_engine_xruns_total.increment(count);
  reports_.report_xruns(count, delay);
}

std::optional<Miss> AudioMetrics::callback_rendered(Clock::time_point begin, Clock::time_point end,
                                                    std::uint32_t frames,
                                                    const CallbackDetails& details) noexcept {
  const auto miss = frames > 0 ? judge(begin, end, frames, details) : std::nullopt;
  if constexpr (kRecording) count_own_cost(end);
  return miss;
}

void AudioMetrics::count_own_cost(Clock::time_point end) noexcept {
  Clock::duration spent = std::exchange(plugins_rendered_, 0) * plugin_cost_;
  // To read the clock is a fifth of the cost: one callback stands for as many.
  if (callbacks_until_measured_-- == 0) {
    callbacks_until_measured_ = kMeasuredEvery - 1;
    spent += kMeasuredEvery * (Clock::now() - end);
  }
  if (spent > Clock::duration::zero()) realtime_.audio_monitoring_seconds_total.add(spent);
}

std::optional<Miss> AudioMetrics::judge(Clock::time_point begin, Clock::time_point end,
                                        std::uint32_t frames,
                                        const CallbackDetails& details) noexcept {
  using std::chrono::nanoseconds;
  const StreamState& stream = reports_.take();
  if (stream.afresh) classifier_.restart();
  const nanoseconds render = end - begin;
  const CallbackTiming::Length length(frames * stream.frame_ns);
  const CallbackMode mode = details.mode == CallbackMode::realtime ? stream.mode : details.mode;
  const nanoseconds ran = render - details.preempted;
  if (details.preempted.count() != 0) {
    realtime_.audio_callback_preempted_seconds_total.add(details.preempted);
  }
  settle_plugins(mode == CallbackMode::realtime && ran > length);
  if (ran <= length && render > length) most_expensive_.reset();
  if (mode != CallbackMode::realtime) {
    realtime_.audio_callbacks_not_realtime_total[mode_label(mode)].increment();
    classifier_.restart();
    return std::nullopt;
  }
  CallbackTiming timing{.start = begin.time_since_epoch(),
                        .render = render,
                        .buffer = length,
                        .device_xrun = stream.xruns > 0,
                        .reconfigured = stream.reconfigured,
                        .device_delay = stream.xrun_delay,
                        .block = CallbackTiming::Length(stream.buffer_frames * stream.frame_ns),
                        .device_buffers = stream.device_buffers,
                        .waited = details.waited};
  if (details.due) timing.due = details.due->time_since_epoch();
  const Verdict verdict = classifier_.judge(timing);
  record(timing, verdict);
  return verdict.miss;
}

void AudioMetrics::record(const CallbackTiming& timing, const Verdict& verdict) noexcept {
  const double per_length = 1 / timing.buffer.count();
  const auto render = static_cast<double>(timing.render.count());
  const auto spare = static_cast<double>(verdict.spare.count());
  const auto deadline = static_cast<double>(verdict.deadline.count());
  realtime_.audio_engine_render_time_seconds.observe(timing.render);
  realtime_.audio_engine_load_ratio.observe(render * per_length);
  realtime_.audio_callback_jitter_ratio.observe(static_cast<double>(verdict.late.count()) *
                                                per_length);
  realtime_.audio_deadline_headroom_ratio.observe(spare > 0 ? spare / deadline : 0);
  realtime_.audio_callbacks_total.increment();
  if (verdict.caught_up.count() > 0) {
    realtime_.audio_lateness_caught_up_seconds_total.add(verdict.caught_up);
  }
  if (!verdict.miss) return;
  const auto& [cause, begins, lost, rest, rest_cause] = *verdict.miss;
  if (rest.count() > 0) realtime_.audio_dropout_seconds_total[rest_cause].add(rest);
  if (!begins && lost.count() == 0) return;
  if (begins) realtime_.audio_dropouts_total[cause].increment();
  realtime_.audio_deadlines_missed_total[cause].increment();
  realtime_.audio_dropout_seconds_total[cause].add(lost);
}

void AudioMetrics::settle_plugins(bool over_budget) noexcept {
  std::uint32_t rendered = 0;
  std::chrono::nanoseconds longest{-1};
  PluginPlace place{};
  for (std::size_t i = 0; i < slots_used_; ++i) {
    const detail::SlotRound round = slots_[i]->take_round();
    rendered += round.rendered;
    if (round.rendered == 0 || round.longest <= longest) continue;
    longest = round.longest;
    place = {i, round.plugin};
  }
  plugins_rendered_ += rendered;
  if (rendered == 0) return;
  if (over_budget) slots_[place.slots]->blame(place.plugin);
  most_expensive_ = place;
}

std::chrono::nanoseconds AudioMetrics::measure_plugin_cost() {
  if (!kRecording) return std::chrono::nanoseconds::zero();
  constexpr int kBatches = 10;
  constexpr int kRounds = 100;
  // Cells that nobody reads: to measure is not to record.
  std::array<std::uint64_t, 3> cells{};
  std::array<std::uint64_t, WRM_LOST_REASONS> lost{};
  detail::SlotCells slots(
      {},
      {{{}, {&cells[0], lost.data()}, {&cells[1], lost.data()}, {&cells[2], lost.data()}, true}},
      lost.data());
  // The least: a batch during which the thread was put aside would count for good.
  auto least = std::chrono::nanoseconds::max();
  for (int batch = 0; batch < kBatches; ++batch) {
    const Clock::time_point begin = Clock::now();
    for (int i = 0; i < kRounds; ++i) {
      const Clock::time_point now = Clock::now();
      slots.rendered(0, now - now);
    }
    least = std::min<std::chrono::nanoseconds>(least, (Clock::now() - begin) / kRounds);
  }
  return least;
}

}  // namespace whiteroom::monitoring::inline WHITEROOM_MONITORING_ABI

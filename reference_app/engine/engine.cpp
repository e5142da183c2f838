#include "engine.h"

#include <algorithm>

#include "dsp/denormals.h"

namespace whiteroom::engine {
namespace {

std::vector<std::string> names_of(const song::Song& song) {
  std::vector<std::string> names;
  for (const song::Part& part : song.parts) names.push_back(part.name);
  return names;
}

}  // namespace

Engine::Engine(const song::Song& song, double sample_rate, monitoring::Segment& segment,
               Faults& faults)
    : channels_(names_of(song)),
      metrics_(segment, channels_),
      faults_(faults),
      mixer_(song, sample_rate),
      tempo_bpm_(song.tempo_bpm) {}

void Engine::thread_begins(bool realtime) noexcept {
  realtime_.store(realtime, std::memory_order_relaxed);
  metrics_.set_realtime_scheduling(realtime);
}

void Engine::stream_changed(const driver::Stream& stream) noexcept {
  sample_rate_.store(stream.sample_rate, std::memory_order_relaxed);
  buffer_frames_.store(stream.buffer_frames, std::memory_order_relaxed);
  metrics_.set_stream(stream.sample_rate, stream.buffer_frames);
}

void Engine::render(std::span<float> left, std::span<float> right) noexcept {
  using Clock = std::chrono::steady_clock;
  const Clock::time_point begin = Clock::now();
  {
    const dsp::FlushDenormals flush;
    faults_.stand_still();
    mixer_.render(left, right,
                  {.playing = playing_.load(std::memory_order_relaxed),
                   .tempo_bpm = tempo_bpm_.load(std::memory_order_relaxed)},
                  this);
  }
  const Clock::time_point end = Clock::now();
  metrics_.callback_rendered(begin, end, static_cast<std::uint32_t>(left.size()));
  position_beats_.store(mixer_.position_beats(), std::memory_order_relaxed);
  // Nobody else writes these two but take_longest_render(), which may lose one value.
  callbacks_.store(callbacks_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  const std::int64_t longest = longest_render_ns_.load(std::memory_order_relaxed);
  longest_render_ns_.store(std::max<std::int64_t>(longest, (end - begin).count()),
                           std::memory_order_relaxed);
}

void Engine::xrun(std::chrono::nanoseconds delay) noexcept {
  metrics_.report_xrun(delay);
  xruns_.fetch_add(1, std::memory_order_relaxed);
}

Snapshot Engine::snapshot() const noexcept {
  constexpr auto relaxed = std::memory_order_relaxed;
  return {.stream = {sample_rate_.load(relaxed), buffer_frames_.load(relaxed)},
          .realtime = realtime_.load(relaxed),
          .playing = playing_.load(relaxed),
          .tempo_bpm = tempo_bpm_.load(relaxed),
          .position_beats = position_beats_.load(relaxed),
          .callbacks = callbacks_.load(relaxed),
          .xruns = xruns_.load(relaxed)};
}

std::chrono::nanoseconds Engine::take_longest_render() noexcept {
  return std::chrono::nanoseconds(longest_render_ns_.exchange(0, std::memory_order_relaxed));
}

void Engine::enter_channel(std::size_t channel) noexcept { faults_.burn(channel); }

void Engine::leave_channel(std::size_t channel, std::chrono::nanoseconds took) noexcept {
  metrics_.channel_rendered(channel, took);
}

}  // namespace whiteroom::engine

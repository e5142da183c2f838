#include <whiteroom/monitoring/audio_metrics.h>
#include <whiteroom/monitoring/http_endpoint.h>
#include <whiteroom/monitoring/segment.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <thread>
#include <vector>

namespace wrm = whiteroom::monitoring;
using Clock = wrm::AudioMetrics::Clock;
constexpr unsigned kFrames = 128;
constexpr double kSampleRate = 48000;

void render() { std::this_thread::sleep_for(std::chrono::microseconds(500)); }

int main() {
  wrm::Segment segment({.program = "juce-backend"});
  segment.declare(wrm::audio::families());
  segment.declare(wrm::audio::events());
  segment.prepare();
  segment.set_log_file("engine-events.log");
  const wrm::audio::Events log(segment);
  const wrm::LogText bass = segment.log_text("bass");
  wrm::AudioMetrics metrics(segment, std::vector<std::string>{"bass"});
  metrics.set_stream(kSampleRate, kFrames);
  const wrm::MetricsEndpoint endpoint(segment, {.port = 8000});

  // What the callback logs becomes lines here, on a thread that may wait.
  const std::jthread writer([&segment](const std::stop_token& stop) {
    while (!stop.stop_requested()) {
      segment.drain_log();
      std::this_thread::sleep_for(std::chrono::milliseconds(200));
    }
  });

  // In the place of a driver that calls back for each block. Recording is a few plain stores.
  const auto period = std::chrono::duration<double>(kFrames / kSampleRate);
  std::uint64_t dropouts = 0;
  for (auto begin = Clock::now();; begin = Clock::now()) {
    render();
    metrics.channel_rendered(0, Clock::now() - begin);
    const std::chrono::duration<double> took = Clock::now() - begin;
    const auto miss = metrics.callback_rendered(begin, Clock::now(), kFrames);
    if (miss && miss->begins) {
      const std::chrono::duration<double> lost = miss->lost;
      log.dropout_began(++dropouts, miss->cause, lost.count(), took.count(), bass, begin);
    }
    std::this_thread::sleep_until(begin + period);
  }
}

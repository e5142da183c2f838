#include <whiteroom/monitoring/audio_metrics.h>
#include <whiteroom/monitoring/http_endpoint.h>
#include <whiteroom/monitoring/segment.h>

#include <chrono>
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
  segment.prepare();
  wrm::AudioMetrics metrics(segment, std::vector<std::string>{"bass"});
  metrics.set_stream(kSampleRate, kFrames);
  const wrm::MetricsEndpoint endpoint(segment, {.port = 8000});

  // In the place of a driver that calls back for each block. Recording is a few plain stores.
  const auto period = std::chrono::duration<double>(kFrames / kSampleRate);
  for (auto begin = Clock::now();; begin = Clock::now()) {
    render();
    metrics.channel_rendered(0, Clock::now() - begin);
    metrics.callback_rendered(begin, Clock::now(), kFrames);
    std::this_thread::sleep_until(begin + period);
  }
}

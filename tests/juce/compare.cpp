/// MeasuredCallback beside JUCE's AudioProcessLoadMeasurer: what each costs, and what each of them
/// sees of the same dropouts. Prints one JSON object a line.
#include <algorithm>
#include <cstdio>
#include <thread>
#include <vector>

#include "clock_device.h"
#include "exposed.h"
#include "monitored_player.h"

using namespace std::chrono_literals;
using namespace whiteroom;
using testing::ClockDevice;
using testing::ClockedManager;
using testing::Segments;

namespace {

void print(const char* name, double ours, double peer) {
  std::printf("{\"name\": \"%s\", \"ours\": %.3f, \"peer\": %.3f}\n", name, ours, peer);
  std::fflush(stdout);
}

/// Nanoseconds for one call, over a batch.
template <class Body>
double nanoseconds_each(int calls, const Body& body) {
  const auto start = std::chrono::steady_clock::now();
  for (int i = 0; i < calls; ++i) {
    body();
    asm volatile("" ::: "memory");
  }
  const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
  return took.count() / calls;
}

double lower_quartile(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 4];
}

/// A block with nothing in it, in batches that take turns.
void costs() {
  const Segments segments;
  monitoring::Segment segment({.program = "juce-backend"});
  segment.declare(monitoring::audio::families());
  segment.prepare();
  monitoring::AudioMetrics metrics(segment, {});
  metrics.set_stream(48'000, 128);
  juce::AudioProcessLoadMeasurer measurer;
  measurer.reset(48'000, 128);
  // A batch is shorter than a time slice: on a busy machine, too, a quarter of them has the
  // processor and its caches to itself.
  constexpr int kCalls = 2'000;
  constexpr int kBatches = 501;
  std::vector<double> ours, peer, clocks;
  for (int batch = 0; batch < kBatches; ++batch) {
    ours.push_back(nanoseconds_each(kCalls, [&] { const monitoring::AudioBlock b(metrics, 128); }));
    peer.push_back(nanoseconds_each(
        kCalls, [&] { const juce::AudioProcessLoadMeasurer::ScopedTimer t(measurer, 128); }));
    clocks.push_back(nanoseconds_each(kCalls, [] { std::chrono::steady_clock::now(); }));
  }
  print("one block, measured", lower_quartile(ours), lower_quartile(peer));
  print("one clock read", lower_quartile(clocks), lower_quartile(clocks));
}

/// The same stalls for both, of each kind in turn.
void what_each_sees() {
  constexpr int kTimes = 10;
  const Segments segments;
  ClockedManager clocked;
  MonitoredPlayer monitored(clocked.manager);
  std::this_thread::sleep_for(1100ms);
  const auto watched = [&](const char* name, const char* cause, const auto& inject) {
    const double ours = segments.dropouts(cause);
    const int peer = clocked.manager.getXRunCount();
    for (int i = 0; i < kTimes; ++i) {
      inject();
      std::this_thread::sleep_for(200ms);
    }
    print(name, segments.dropouts(cause) - ours, clocked.manager.getXRunCount() - peer);
  };
  watched("10 callbacks over budget", "over_budget", [&] { monitored.player.stall_ms = 40; });
  watched("10 callbacks too late", "late_callback", [&] { clocked.device().delay(40ms); });
  watched("10 XRUNs of the device", "device", [&] { clocked.device().count_xrun(); });
}

}  // namespace

int main() {
  costs();
  what_each_sees();
}

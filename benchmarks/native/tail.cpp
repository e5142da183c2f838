/// The slowest observations while 10,000 series are scraped without pause.
#include "tail.h"

#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <atomic>
#include <functional>
#include <thread>

#include "families.h"
#include "measure.h"

namespace benchmark {
namespace {

/// Return the tail with a reader that scrapes without pause, divided by the tail without.
template <class Observe>
double ratio(const Observe& observe, const std::function<void()>& scrape) {
  std::vector<double> ratios;
  for (int run = 0; run < 5; ++run) {
    const double alone = tail_cycles(observe);
    std::atomic<bool> done = false;
    std::thread reader([&] {
      while (!done) scrape();
    });
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    const double read = tail_cycles(observe);
    done = true;
    reader.join();
    ratios.push_back(read / alone);
  }
  return median(ratios);
}

}  // namespace

void observe_while_scraped() {
  constexpr int kSeries = 10'000;
  BenchSegment bench;
  prometheus::Registry registry;
  auto& family = prometheus::BuildCounter().Name("bench_open_total").Register(registry);
  for (int i = 0; i < kSeries; ++i) {
    const std::string name = "series-" + std::to_string(i);
    bench.segment.series(kMany, std::array<std::string_view, 1>{name});
    family.Add({{"series", name}});
  }
  const Instance instance = bench.segment.instance(kFamilies);
  const Histogram<Writers::one, Seconds, kCellBounds> ours(instance.cells(kHistogram),
                                                           bench.segment.lost());
  auto& peer = prometheus::BuildHistogram().Name("b").Register(registry).Add(
      {}, prometheus::Histogram::BucketBoundaries(std::begin(kBounds), std::end(kBounds)));
  const double ours_ratio =
      ratio([&](int i) { ours.observe(std::chrono::nanoseconds(i * 100)); },
            [&] { expose(read_program(bench.segment.directory(), "bench").view); });
  const double peer_ratio =
      ratio([&](int i) { peer.Observe(i * 1e-7); },
            [&] { prometheus::TextSerializer().Serialize(registry.Collect()); });
  std::printf("{\"name\": \"p99.99 of observe, scraped / not\", \"ours\": %.3f, \"peer\": %.3f}\n",
              ours_ratio, peer_ratio);
}

}  // namespace benchmark

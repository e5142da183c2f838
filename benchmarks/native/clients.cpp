/// What recording costs, ours against prometheus-cpp. Prints one JSON object a line, in
/// nanoseconds.
#include <prometheus/counter.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include "families.h"
#include "measure.h"

using namespace whiteroom::monitoring;

namespace benchmark {
namespace {

constexpr std::uint64_t kFast = 20'000'000;
constexpr std::uint64_t kSlow = 2'000'000;

/// Values that a predictor can't learn: 14 buckets, all of them used.
std::array<std::int64_t, 1024> observations() {
  std::array<std::int64_t, 1024> values{};
  std::uint64_t state = 1;
  for (std::int64_t& value : values) {
    state = state * 6364136223846793005U + 1442695040888963407U;
    value = static_cast<std::int64_t>((state >> 33) % 120'000'000);
  }
  return values;
}

void recording() {
  BenchSegment bench;
  const Instance instance = bench.segment.instance(kFamilies);
  prometheus::Registry registry;

  auto& peer_counter = prometheus::BuildCounter().Name("a").Register(registry).Add({});
  const Counter<Writers::one> counter(instance.cells(kCounter), bench.segment.lost());
  compare(
      "counter increment, realtime", kFast, [&](auto) { counter.increment(); }, kFast,
      [&](auto) { peer_counter.Increment(); });

  const auto values = observations();
  auto& peer_histogram = prometheus::BuildHistogram().Name("b").Register(registry).Add(
      {}, prometheus::Histogram::BucketBoundaries(std::begin(kBounds), std::end(kBounds)));
  const Histogram<Writers::one, Seconds, kCellBounds> histogram(instance.cells(kHistogram),
                                                                bench.segment.lost());
  std::array<double, 1024> seconds;
  std::transform(values.begin(), values.end(), seconds.begin(),
                 [](auto v) { return static_cast<double>(v) / 1e9; });
  compare(
      "histogram observe, 14 buckets, realtime", kFast / 2,
      [&](auto i) { histogram.observe(std::chrono::nanoseconds(values[i % 1024])); }, kFast / 2,
      [&](auto i) { peer_histogram.Observe(seconds[i % 1024]); });

  auto& peer_family = prometheus::BuildCounter().Name("c").Register(registry);
  const LabeledBy<Counter<Writers::one>, 1, Method, Status> labelled(instance.cells(kLabelled),
                                                                     bench.segment.lost());
  compare(
      "labelled increment, 2 closed labels", kFast,
      [&](auto i) { labelled(static_cast<Method>(i & 1), static_cast<Status>(i & 3)).increment(); },
      kSlow,
      [&](auto i) {
        peer_family
            .Add({{"method", std::string(kMethods[i & 1])},
                  {"status", std::string(kStatuses[i & 3])}})
            .Increment();
      });

  std::uint64_t plain = 0;
  compare(
      "limit: a plain add to memory", kFast, [&](auto) { ++plain; }, kFast,
      [&](auto) { peer_counter.Increment(); });
}

}  // namespace
}  // namespace benchmark

int main() {
  benchmark::recording();
  benchmark::contended_counter();
  benchmark::exposition_of_100000_series();
  benchmark::observe_while_scraped();
  benchmark::first_plugin_instance();
  benchmark::log_events();
}

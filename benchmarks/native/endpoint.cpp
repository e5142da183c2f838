/// Serves 1,000,000 series, ours or prometheus-cpp's, for benchmarks/endpoint.py.
///
/// usage: endpoint ours|peer
/// Prints its port; then, for each line of its standard input, the 99.99th percentile of an
/// observation in cycles.
#include <prometheus/counter.h>
#include <prometheus/exposer.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>

#include <iostream>
#include <memory>
#include <span>
#include <string>

#include "families.h"
#include "tail.h"
#include "whiteroom/monitoring/http_endpoint.h"

namespace benchmark {
namespace {

constexpr int kSeries = 1'000'000;
constexpr LabelSpec kMillion[] = {{"series", {}, kSeries}};
constexpr FamilySpec kServed[] = {
    {.name = "bench_open_total", .help = "Events.", .labels = kMillion}};

template <class Observe>
void serve(int port, const Observe& observe) {
  std::cout << port << std::endl;
  for (std::string line; std::getline(std::cin, line);) {
    std::cout << tail_cycles(observe) << std::endl;
  }
}

void serve_ours() {
  Segment segment({.program = "bench", .directory = BenchSegment::make_folder(), .instances = 1});
  segment.declare(kServed);
  segment.declare(std::span(&kHistogram, 1));
  segment.prepare();
  for (int i = 0; i < kSeries; ++i) {
    const std::string name = "series-" + std::to_string(i);
    wrm_any_add(segment.series(kServed[0], std::array<std::string_view, 1>{name}), 1);
  }
  const Instance instance = segment.instance(std::span(&kHistogram, 1));
  const Histogram<Writers::one, Seconds, kCellBounds> histogram(instance.cells(kHistogram),
                                                                segment.lost());
  const MetricsEndpoint endpoint(segment, {.port = 0});
  serve(endpoint.port(), [&](int i) { histogram.observe(std::chrono::nanoseconds(i * 100)); });
  std::filesystem::remove_all(segment.directory());
}

void serve_peer() {
  prometheus::Exposer exposer("127.0.0.1:0");
  const auto registry = std::make_shared<prometheus::Registry>();
  auto& family = prometheus::BuildCounter().Name("bench_open_total").Help("E").Register(*registry);
  for (int i = 0; i < kSeries; ++i) family.Add({{"series", "series-" + std::to_string(i)}});
  auto& histogram = prometheus::BuildHistogram().Name("b").Register(*registry).Add(
      {}, prometheus::Histogram::BucketBoundaries(std::begin(kBounds), std::end(kBounds)));
  exposer.RegisterCollectable(registry);
  serve(exposer.GetListeningPorts().at(0), [&](int i) { histogram.Observe(i * 1e-7); });
}

}  // namespace
}  // namespace benchmark

int main(int count, char** words) {
  const std::string whose = count == 2 ? words[1] : "";
  if (whose == "ours") {
    benchmark::serve_ours();
  } else if (whose == "peer") {
    benchmark::serve_peer();
  } else {
    std::cerr << "usage: endpoint ours|peer\n";
    return 2;
  }
}

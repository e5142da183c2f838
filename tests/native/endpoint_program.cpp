/// A program with an endpoint, for tests from outside. It records without pause until its standard
/// input ends, and then says how often.
///
/// usage: whiteroom-endpoint FOLDER SERIES [FILE OF A BEARER TOKEN | CERTIFICATE KEY]
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <iostream>
#include <string>
#include <thread>

#include "whiteroom/monitoring/http_endpoint.h"
#include "whiteroom/monitoring/prometheus_metrics.h"

namespace {

using namespace whiteroom::monitoring;

constexpr LabelSpec kOpen[] = {{"series", {}, 1'000'000}};
constexpr FamilySpec kFamilies[] = {
    {.name = "test_recorded_total", .help = "Recorded.", .writers = Writers::one},
    {.name = "test_many_total", .help = "Many series.", .labels = kOpen},
};

void add_series(Segment& segment, int count) {
  for (int i = 0; i < count; ++i) {
    const std::string name = "series-" + std::to_string(i);
    wrm_any_add(segment.series(kFamilies[1], std::array<std::string_view, 1>{name}), 1);
  }
}

EndpointOptions options_from(int count, char** words) {
  EndpointOptions options{.port = 0};
  if (count == 4) options.bearer_token_file = words[3];
  if (count == 5) {
    options.certificate_file = words[3];
    options.key_file = words[4];
  }
  return options;
}

}  // namespace

int main(int count, char** words) {
  Segment segment({.program = "test", .directory = words[1]});
  segment.declare(kFamilies);
  segment.prepare();
  add_series(segment, std::stoi(words[2]));
  const Instance instance = segment.instance(kFamilies);
  const Counter<Writers::one> recorded(instance.cells(kFamilies[0]), segment.lost());
  const MetricsEndpoint endpoint(segment, options_from(count, words));
  std::cout << endpoint.port() << std::endl;
  std::atomic<bool> ended{false};
  std::uint64_t times = 0;
  std::thread recorder([&] {
    for (; !ended.load(std::memory_order_relaxed); ++times) {
      recorded.increment();
      std::this_thread::sleep_for(std::chrono::microseconds(100));
    }
  });
  std::string line;
  while (std::getline(std::cin, line)) {
  }
  ended.store(true, std::memory_order_relaxed);
  recorder.join();
  std::cout << times << std::endl;
}

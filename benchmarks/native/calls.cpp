/// What a call over the engine's C ABI costs beyond two clock reads, where there is next to nothing
/// to do. Prints one JSON object a line, in nanoseconds.
#include "abi/sch_engine.h"
#include "measure.h"

namespace {

/// A batch is shorter than a time slice, so that the median is that of batches without
/// interruption.
constexpr std::uint64_t kCalls = 2'000;
constexpr int kBatches = 501;

/// The clock is read in turn with the calls, so that a machine that drifts drifts for both.
template <class Call>
void beyond_two_clock_reads(const char* name, const Call& call) {
  std::vector<double> beyond;
  for (int batch = 0; batch < kBatches; ++batch) {
    const double read = benchmark::nanoseconds_each(
        kCalls, [](auto) { static_cast<void>(std::chrono::steady_clock::now()); });
    beyond.push_back(benchmark::nanoseconds_each(kCalls, call) - 2 * read);
  }
  std::printf("{\"name\": \"%s\", \"ours\": %.3f}\n", name, benchmark::median(beyond));
}

}  // namespace

int main() {
  sch_engine_config config{};
  config.size = sizeof config;
  config.metrics_port = SCH_NO_METRICS;
  sch_engine* engine = nullptr;
  if (sch_engine_create(&config, &engine) != SCH_OK) return 1;
  beyond_two_clock_reads("a call without an engine", [](auto) { sch_free_string(nullptr); });
  beyond_two_clock_reads("a call with an engine", [&](auto) { sch_engine_set_tempo(engine, 112); });
  beyond_two_clock_reads("a call that fails", [&](auto) { sch_engine_set_tempo(engine, 0); });
  sch_engine_destroy(engine);
}

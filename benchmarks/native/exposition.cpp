/// The text of 100,000 series.
#include <prometheus/counter.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "families.h"
#include "measure.h"

namespace benchmark {
namespace {

/// Bytes of a segment that hold something.
double used_bytes(const Segment& segment) {
  const auto& header = *reinterpret_cast<const wrm_segment_header*>(segment.bytes().data());
  return static_cast<double>(wrm_load(&header.records_used) + wrm_load(&header.cells_used));
}

}  // namespace

void exposition_of_100000_series() {
  constexpr int kSeries = 100'000;
  BenchSegment bench;
  prometheus::Registry registry;
  auto& family = prometheus::BuildCounter().Name("bench_open_total").Help("E").Register(registry);
  const double empty_bytes = used_bytes(bench.segment);
  double text_bytes = 0;
  for (int i = 0; i < kSeries; ++i) {
    const std::string name = "series-" + std::to_string(i);
    const std::array<std::string_view, 1> values{name};
    wrm_any_add(bench.segment.series(kMany, values), static_cast<std::uint64_t>(i));
    family.Add({{"series", name}}).Increment(i);
    text_bytes += static_cast<double>(name.size());
  }
  const double beyond_text = used_bytes(bench.segment) - empty_bytes - text_bytes;
  std::printf("{\"name\": \"memory of a counter series\", \"ours\": %.1f, \"peer\": null}\n",
              beyond_text / kSeries);
  std::size_t ours_bytes = 0;
  std::size_t peer_bytes = 0;
  compare(
      "exposition of 100,000 series", 1,
      [&](auto) {
        const std::string text = expose(read_program(bench.segment.directory(), "bench").view);
        ours_bytes = text.size();
      },
      1,
      [&](auto) {
        peer_bytes = prometheus::TextSerializer().Serialize(registry.Collect()).size();
      });
  std::fprintf(stderr, "bytes: %zu ours, %zu peer\n", ours_bytes, peer_bytes);
}

}  // namespace benchmark

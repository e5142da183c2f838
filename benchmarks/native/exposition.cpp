/// The text of 100,000 series.
#include <prometheus/counter.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include "families.h"
#include "measure.h"

namespace benchmark {

void exposition_of_100000_series() {
  constexpr int kSeries = 100'000;
  BenchSegment bench;
  prometheus::Registry registry;
  auto& family = prometheus::BuildCounter().Name("bench_open_total").Help("E").Register(registry);
  for (int i = 0; i < kSeries; ++i) {
    const std::string name = "series-" + std::to_string(i);
    const std::array<std::string_view, 1> values{name};
    wrm_any_add(bench.segment.series(kMany, values), static_cast<std::uint64_t>(i));
    family.Add({{"series", name}}).Increment(i);
  }
  std::size_t ours_bytes = 0;
  std::size_t peer_bytes = 0;
  compare(
      "exposition of 100,000 series", 1,
      [&](auto) {
        std::string text;
        expose_text(read_program(bench.segment.directory(), "bench").view, text);
        ours_bytes = text.size();
      },
      1,
      [&](auto) {
        peer_bytes = prometheus::TextSerializer().Serialize(registry.Collect()).size();
      });
  std::fprintf(stderr, "bytes: %zu ours, %zu peer\n", ours_bytes, peer_bytes);
}

}  // namespace benchmark

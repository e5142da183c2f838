/// The metrics that the benchmarks record.
#pragma once

#include <stdlib.h>

#include <filesystem>

#include "whiteroom/monitoring/exposition.h"
#include "whiteroom/monitoring/fold.h"
#include "whiteroom/monitoring/prometheus_metrics.h"

namespace benchmark {

using namespace whiteroom::monitoring;

enum class Method : std::uint8_t { get, post };
constexpr std::uint32_t value_count(Method) noexcept { return 2; }
enum class Status : std::uint8_t { ok, created, missing, broken };
constexpr std::uint32_t value_count(Status) noexcept { return 4; }
inline constexpr std::string_view kMethods[] = {"get", "post"};
inline constexpr std::string_view kStatuses[] = {"ok", "created", "missing", "broken"};
inline constexpr LabelSpec kTwoClosed[] = {{"method", kMethods}, {"status", kStatuses}};
inline constexpr LabelSpec kOpen[] = {{"series", {}, 100'000}};
inline constexpr double kBounds[] = {0.00005, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005,
                                     0.0075,  0.01,   0.015,   0.02,   0.025, 0.05,   0.1};
inline constexpr std::array<std::int64_t, 14> kCellBounds{
    50'000,    100'000,    250'000,    500'000,    1'000'000,  2'500'000,  5'000'000,
    7'500'000, 10'000'000, 15'000'000, 20'000'000, 25'000'000, 50'000'000, 100'000'000};

inline constexpr FamilySpec kFamilies[] = {
    {.name = "bench_total", .help = "Events.", .writers = Writers::one},
    {.name = "bench_seconds",
     .help = "Durations.",
     .unit = "seconds",
     .type = MetricType::histogram,
     .writers = Writers::one,
     .scale = 1'000'000'000,
     .bounds = kBounds},
    {.name = "bench_labelled_total",
     .help = "Events.",
     .writers = Writers::one,
     .labels = kTwoClosed},
    {.name = "bench_any_total", .help = "Events."},
    {.name = "bench_open_total", .help = "Events.", .labels = kOpen},
};
inline constexpr const FamilySpec& kCounter = kFamilies[0];
inline constexpr const FamilySpec& kHistogram = kFamilies[1];
inline constexpr const FamilySpec& kLabelled = kFamilies[2];
inline constexpr const FamilySpec& kAny = kFamilies[3];
inline constexpr const FamilySpec& kMany = kFamilies[4];

/// A prepared segment in a folder of its own.
class BenchSegment {
 public:
  BenchSegment() : segment({.program = "bench", .directory = make_folder(), .instances = 2}) {
    segment.declare(kFamilies);
    segment.prepare();
  }
  ~BenchSegment() { std::filesystem::remove_all(segment.directory()); }

  static std::string make_folder() {
    std::string pattern = "/dev/shm/whiteroom-bench-XXXXXX";
    return mkdtemp(pattern.data());
  }

  Segment segment;
};

}  // namespace benchmark

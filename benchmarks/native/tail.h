/// The slowest of many observations.
#pragma once

#include <x86intrin.h>

#include <algorithm>
#include <cstdint>
#include <vector>

#include "measure.h"

namespace benchmark {

inline constexpr int kObservations = 1'000'000;

/// Return the 99.99th percentile of single calls in cycles, without the cost of the clock.
template <class Observe>
double tail_cycles(const Observe& observe) {
  std::vector<std::uint32_t> cycles(kObservations);
  std::uint64_t clock_cost = UINT64_MAX;
  for (int i = 0; i < 1000; ++i) {
    const std::uint64_t start = __rdtsc();
    clobber();
    clock_cost = std::min<std::uint64_t>(clock_cost, __rdtsc() - start);
  }
  for (int i = 0; i < kObservations; ++i) {
    const std::uint64_t start = __rdtsc();
    observe(i);
    clobber();
    const std::uint64_t took = __rdtsc() - start;
    cycles[static_cast<std::size_t>(i)] =
        static_cast<std::uint32_t>(took > clock_cost ? took - clock_cost : 1);
  }
  const auto place = cycles.begin() + kObservations / 10'000 * 9'999;
  std::nth_element(cycles.begin(), place, cycles.end());
  return std::max<double>(1, *place);
}

}  // namespace benchmark

/// One counter, incremented by as many threads as there are cores.
#include <prometheus/counter.h>

#include <atomic>
#include <thread>

#include "families.h"
#include "measure.h"

namespace benchmark {
namespace {

constexpr std::uint64_t kCalls = 5'000'000;

template <class Increment>
double nanoseconds_with_all_cores(const Increment& increment) {
  const unsigned cores = std::max(2U, std::thread::hardware_concurrency());
  std::atomic<unsigned> ready = 0;
  std::vector<std::thread> threads;
  const auto start = std::chrono::steady_clock::now();
  for (unsigned i = 0; i < cores; ++i) {
    threads.emplace_back([&] {
      ++ready;
      while (ready < cores) {
      }
      for (std::uint64_t k = 0; k < kCalls; ++k) increment();
    });
  }
  for (std::thread& thread : threads) thread.join();
  return seconds_since(start) * 1e9 / static_cast<double>(kCalls);
}

}  // namespace

void contended_counter() {
  BenchSegment bench;
  const Counter<Writers::many> counter(bench.segment.cells(kAny), bench.segment.lost());
  prometheus::Counter peer;
  std::vector<double> ours_ns, peer_ns;
  for (int i = 0; i < 5; ++i) {
    ours_ns.push_back(nanoseconds_with_all_cores([&] { counter.increment(); }));
    peer_ns.push_back(nanoseconds_with_all_cores([&] { peer.Increment(); }));
  }
  const auto expected = 5 * kCalls * std::max(2U, std::thread::hardware_concurrency());
  const bool whole = wrm_load(bench.segment.cells(kAny)) == expected;
  std::printf("{\"name\": \"any counter, all cores%s\", \"ours\": %.3f, \"peer\": %.3f}\n",
              whole ? "" : " LOST COUNTS", median(ours_ns), median(peer_ns));
}

}  // namespace benchmark

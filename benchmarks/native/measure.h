/// Measuring: batches against each other, in turn, so that a drifting machine drifts for both.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace benchmark {

inline double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

/// Keep the optimiser from seeing through a pointer or removing a store.
inline void clobber() { asm volatile("" ::: "memory"); }

/// Return nanoseconds for one call of `body`, over one batch.
template <class Body>
double nanoseconds_each(std::uint64_t calls, const Body& body) {
  const auto start = std::chrono::steady_clock::now();
  for (std::uint64_t i = 0; i < calls; ++i) {
    body(i);
    clobber();
  }
  return seconds_since(start) * 1e9 / static_cast<double>(calls);
}

/// Print a row: what one call costs us and the peer, as the median over batches in turn.
template <class Ours, class Peer>
void compare(const char* name, std::uint64_t ours_calls, const Ours& ours, std::uint64_t peer_calls,
             const Peer& peer) {
  constexpr int kBatches = 9;
  std::vector<double> ours_ns, peer_ns;
  for (int i = 0; i < kBatches; ++i) {
    ours_ns.push_back(nanoseconds_each(ours_calls, ours));
    peer_ns.push_back(nanoseconds_each(peer_calls, peer));
  }
  std::printf("{\"name\": \"%s\", \"ours\": %.3f, \"peer\": %.3f}\n", name, median(ours_ns),
              median(peer_ns));
  std::fflush(stdout);
}

void contended_counter();
void exposition_of_100000_series();
void observe_while_scraped();
void first_plugin_instance();
void log_events();

}  // namespace benchmark

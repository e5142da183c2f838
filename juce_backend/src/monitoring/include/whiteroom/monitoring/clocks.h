/// The clocks, for languages that call C: one for durations, one for dates.
#ifndef WHITEROOM_MONITORING_CLOCKS_H
#define WHITEROOM_MONITORING_CLOCKS_H

#include <stdint.h>
#include <time.h>

#if defined(__cplusplus)
extern "C" {
#endif

/// Nanoseconds of a clock that never goes back, from a beginning of its own. Wait-free; no system
/// call where the clock can be read without one (Linux, Apple).
static inline uint64_t wrm_monotonic_ns(void) {
#if defined(__APPLE__)
  return clock_gettime_nsec_np(CLOCK_UPTIME_RAW);
#else
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
#endif
}

/// Nanoseconds since 1970, of the system's clock, which may be set.
static inline uint64_t wrm_unix_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return (uint64_t)now.tv_sec * UINT64_C(1000000000) + (uint64_t)now.tv_nsec;
}

#if defined(__cplusplus)
}
#endif

#endif

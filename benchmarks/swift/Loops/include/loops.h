/// The C++ peers of the Swift benchmark: loops that record with the C++ client, into cells that the
/// caller names, and the fence that keeps both compilers from joining their rounds.
#pragma once

#include <stdint.h>

#if defined(__cplusplus)
extern "C" {
#endif

/// Keep the optimiser from seeing through a pointer or removing a store.
static inline void benchmark_clobber(void) { __asm__ volatile("" ::: "memory"); }

void cpp_increment_realtime(uint64_t* cell, uint64_t rounds);
void cpp_increment_any(uint64_t* cell, uint64_t rounds);
/// Into ui_user_actions_total, the action changing every round.
void cpp_increment_labelled(uint64_t* cells, uint64_t rounds);
/// Into ui_render_time_seconds; `values` are 1024 durations in nanoseconds.
void cpp_observe_realtime(uint64_t* group, const int64_t* values, uint64_t rounds);
/// Into ui_interaction_time_seconds.
void cpp_observe_any(uint64_t* group, const int64_t* values, uint64_t rounds);

#if defined(__cplusplus)
}
#endif

// Generated from catalogue/*.yaml by `whiteroom generate`; edit that file, not this one.

/// Observing into each histogram of the catalogue. `group` are its cells, `value` is in
/// their unit (nanoseconds, bytes, billionths). Wait-free, as cells.h says.
#ifndef WHITEROOM_MONITORING_GENERATED_HISTOGRAMS_H
#define WHITEROOM_MONITORING_GENERATED_HISTOGRAMS_H

#include "../cells.h"

#if defined(__cplusplus)
extern "C" {
#endif

static inline void wrm_observe_audio_wait_seconds(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {50000, 500000000, 1000000000};
  wrm_realtime_observe(group, bounds, 3, value);
}

#if defined(__cplusplus)
}
#endif

#endif

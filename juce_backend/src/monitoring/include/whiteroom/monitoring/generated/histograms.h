// Generated from catalogue/*.yaml by `whiteroom generate`; edit that file, not this one.

/// Observing into each histogram of the catalogue. `group` are its cells, `value` is in
/// their unit (nanoseconds, bytes, billionths). Wait-free, as cells.h says.
#ifndef WHITEROOM_MONITORING_GENERATED_HISTOGRAMS_H
#define WHITEROOM_MONITORING_GENERATED_HISTOGRAMS_H

#include "../cells.h"

#if defined(__cplusplus)
extern "C" {
#endif

static inline void wrm_observe_audio_engine_render_time_seconds(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {50000, 100000, 250000, 500000, 1000000, 2500000, 5000000, 7500000, 10000000, 15000000, 20000000, 25000000, 50000000, 100000000};
  wrm_realtime_observe(group, bounds, 14, value);
}

static inline void wrm_observe_audio_engine_load_ratio(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {50000000, 100000000, 200000000, 300000000, 400000000, 500000000, 600000000, 700000000, 800000000, 900000000, 1000000000, 1500000000, 2000000000, 5000000000};
  wrm_realtime_observe(group, bounds, 14, value);
}

static inline void wrm_observe_audio_deadline_headroom_ratio(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {10000000, 20000000, 50000000, 100000000, 200000000, 300000000, 400000000, 500000000, 600000000, 700000000, 800000000, 900000000, 1000000000};
  wrm_realtime_observe(group, bounds, 13, value);
}

static inline void wrm_observe_audio_callback_jitter_ratio(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {1000000, 2000000, 5000000, 10000000, 20000000, 50000000, 100000000, 200000000, 500000000, 1000000000, 2000000000, 5000000000, 10000000000};
  wrm_realtime_observe(group, bounds, 13, value);
}

static inline void wrm_observe_session_duration_seconds(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {30000000000, 60000000000, 300000000000, 600000000000, 1800000000000, 3600000000000, 7200000000000, 14400000000000, 28800000000000};
  wrm_any_observe(group, bounds, 9, value);
}

static inline void wrm_observe_ffi_call_duration_seconds(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {1000, 10000, 100000, 500000, 1000000, 5000000, 10000000, 25000000, 50000000, 100000000, 250000000, 500000000, 1000000000};
  wrm_any_observe(group, bounds, 13, value);
}

static inline void wrm_observe_http_request_duration_seconds(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {5000000, 10000000, 25000000, 50000000, 100000000, 250000000, 500000000, 1000000000, 2500000000, 5000000000, 10000000000};
  wrm_any_observe(group, bounds, 11, value);
}

/// The same, and keep the trace of the value.
static inline void wrm_observe_http_request_duration_seconds_of(uint64_t* group, int64_t value,
                              const wrm_exemplar* exemplar) {
  static const int64_t bounds[] = {5000000, 10000000, 25000000, 50000000, 100000000, 250000000, 500000000, 1000000000, 2500000000, 5000000000, 10000000000};
  const uint32_t bucket = wrm_bucket(bounds, 11, value);
  wrm_observe_http_request_duration_seconds(group, value);
  wrm_exemplar_put(group + 13 + bucket * WRM_EXEMPLAR_CELLS, value, exemplar);
}

static inline void wrm_observe_log_query_duration_seconds(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {5000000, 10000000, 25000000, 50000000, 100000000, 250000000, 500000000, 1000000000, 2500000000, 5000000000, 10000000000, 30000000000};
  wrm_any_observe(group, bounds, 12, value);
}

static inline void wrm_observe_plugin_load_ratio(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {5000000, 10000000, 20000000, 50000000, 100000000, 200000000, 300000000, 400000000, 500000000, 700000000, 900000000, 1000000000, 2000000000};
  wrm_any_observe(group, bounds, 13, value);
}

static inline void wrm_observe_log_shipper_push_duration_seconds(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {5000000, 10000000, 25000000, 50000000, 100000000, 250000000, 500000000, 1000000000, 2500000000, 5000000000, 10000000000};
  wrm_any_observe(group, bounds, 11, value);
}

static inline void wrm_observe_log_canary_latency_seconds(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {250000000, 500000000, 1000000000, 1500000000, 2000000000, 3000000000, 5000000000, 10000000000, 30000000000, 60000000000, 300000000000};
  wrm_any_observe(group, bounds, 11, value);
}

static inline void wrm_observe_ui_render_time_seconds(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {1000000, 2000000, 4000000, 6000000, 8000000, 12000000, 16700000, 25000000, 33300000, 50000000, 100000000, 250000000};
  wrm_realtime_observe(group, bounds, 12, value);
}

static inline void wrm_observe_ui_interaction_time_seconds(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {5000000, 10000000, 25000000, 50000000, 100000000, 200000000, 300000000, 500000000, 1000000000, 2000000000};
  wrm_any_observe(group, bounds, 10, value);
}

static inline void wrm_observe_ui_transition_duration_seconds(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {50000000, 100000000, 200000000, 300000000, 500000000, 1000000000, 2000000000};
  wrm_any_observe(group, bounds, 7, value);
}

static inline void wrm_observe_ui_song_load_duration_seconds(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {50000000, 100000000, 250000000, 500000000, 1000000000, 2000000000, 5000000000, 10000000000};
  wrm_any_observe(group, bounds, 8, value);
}

static inline void wrm_observe_ui_export_duration_seconds(uint64_t* group, int64_t value) {
  static const int64_t bounds[] = {100000000, 500000000, 1000000000, 2000000000, 5000000000, 10000000000, 30000000000, 60000000000, 300000000000};
  wrm_any_observe(group, bounds, 9, value);
}

#if defined(__cplusplus)
}
#endif

#endif

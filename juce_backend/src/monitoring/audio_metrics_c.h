/// AudioMetrics for languages that call C; audio_metrics.h says what each function means.
///
/// Functions that say "wait-free" may be called from the render callback. Times are of
/// wrm_monotonic_ns().
#ifndef WHITEROOM_MONITORING_AUDIO_METRICS_C_H
#define WHITEROOM_MONITORING_AUDIO_METRICS_C_H

#include "segment_c.h"

#if defined(__cplusplus)
extern "C" {
#endif

typedef struct wrm_audio_metrics wrm_audio_metrics;

/// The segment has the domain "audio". `driver` is a value of its label, such as "clock".
char* wrm_audio_metrics_make(wrm_segment* segment, const char* const* channels,
                             size_t channel_count, wrm_audio_metrics** made);
/// No thread may be calling any other function of `metrics`, or do so later.
void wrm_audio_metrics_free(wrm_audio_metrics* metrics);

/// Returns a text when `driver` is no value of the label. May lock.
char* wrm_audio_metrics_set_info(wrm_audio_metrics* metrics, const char* version,
                                 const char* driver);
/// Wait-free, any thread.
void wrm_audio_metrics_set_stream(wrm_audio_metrics* metrics, double sample_rate_hertz,
                                  uint32_t buffer_frames);
/// Wait-free, any thread.
void wrm_audio_metrics_set_realtime_scheduling(wrm_audio_metrics* metrics, bool in_force);
/// Wait-free, any thread.
void wrm_audio_metrics_set_memory(wrm_audio_metrics* metrics, uint64_t resident_bytes);
/// Wait-free, any thread.
void wrm_audio_metrics_report_xrun(wrm_audio_metrics* metrics, int64_t delay_ns);
/// Wait-free, the callback's thread. `channel` is an index of the names given when it was made.
void wrm_audio_metrics_channel_rendered(wrm_audio_metrics* metrics, size_t channel,
                                        int64_t took_ns);
/// Wait-free, the callback's thread. `due_ns` is when the driver wanted the callback to begin; NULL
/// where it doesn't say.
void wrm_audio_metrics_callback_rendered(wrm_audio_metrics* metrics, uint64_t begin_ns,
                                         uint64_t end_ns, uint32_t frames, const uint64_t* due_ns);

#if defined(__cplusplus)
}
#endif

#endif

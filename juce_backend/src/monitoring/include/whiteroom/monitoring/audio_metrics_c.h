/// AudioMetrics for languages that call C; audio_metrics.h says what each function means.
///
/// Functions that say "wait-free" may be called from the render callback. Times are of
/// wrm_monotonic_ns(). What is given to a null pointer, or under an index that there is not, is
/// counted as lost.
#ifndef WHITEROOM_MONITORING_AUDIO_METRICS_C_H
#define WHITEROOM_MONITORING_AUDIO_METRICS_C_H

#include "segment_c.h"

#if defined(__cplusplus)
extern "C" {
#endif

typedef struct wrm_audio_metrics wrm_audio_metrics;
typedef struct wrm_plugin_slots wrm_plugin_slots;

/// A channel of the mixer and the plug-ins in it, as the metrics name them.
typedef struct wrm_channel_names {
  const char* channel;
  const char* const* plugins;
  size_t plugin_count;
} wrm_channel_names;

/// A plug-in of the slots in use, as wrm_audio_metrics_use() numbers them.
typedef struct wrm_plugin_place {
  size_t slots;
  size_t plugin;
} wrm_plugin_place;

/// What a callback renders for. Only real time has a deadline.
typedef enum wrm_callback_mode {
  WRM_CALLBACK_REALTIME = 0,
  WRM_CALLBACK_OFFLINE = 1,
  WRM_CALLBACK_BYPASSED = 2,
  WRM_CALLBACK_PAUSED = 3
} wrm_callback_mode;

typedef enum wrm_callback_waited {
  WRM_WAITED_UNKNOWN = 0,
  WRM_WAITED_NO = 1,
  WRM_WAITED_YES = 2
} wrm_callback_waited;

/// What a driver or a host knows of one callback. All zero: nothing.
typedef struct wrm_callback_details {
  const uint64_t* due_ns;  ///< when the device wanted it; NULL where it is not known
  wrm_callback_mode mode;
  wrm_callback_waited waited;  ///< whether the thread had to wait for it
} wrm_callback_details;

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
/// How many buffers the device holds, the one that it plays counted; 0: unknown. Wait-free, any
/// thread.
void wrm_audio_metrics_set_device_buffers(wrm_audio_metrics* metrics, uint32_t buffers);
/// The stream stops on purpose: nobody expects sound until the next callback. Wait-free, any
/// thread.
void wrm_audio_metrics_stream_stops(wrm_audio_metrics* metrics);
/// What follows is judged afresh. Wait-free, any thread.
void wrm_audio_metrics_stream_starts(wrm_audio_metrics* metrics);
/// What the callbacks render for from now on. Wait-free, any thread.
void wrm_audio_metrics_set_mode(wrm_audio_metrics* metrics, wrm_callback_mode mode);
/// Wait-free, any thread.
void wrm_audio_metrics_set_realtime_scheduling(wrm_audio_metrics* metrics, bool in_force);
/// Wait-free, any thread.
void wrm_audio_metrics_set_memory(wrm_audio_metrics* metrics, uint64_t resident_bytes);
/// Wait-free, any thread.
void wrm_audio_metrics_report_xrun(wrm_audio_metrics* metrics, int64_t delay_ns);
/// The same for so many at once; `delay_ns` is how late the device was in all. Wait-free, any
/// thread.
void wrm_audio_metrics_report_xruns(wrm_audio_metrics* metrics, uint32_t count, int64_t delay_ns);
/// Recorded sound was lost because nobody fetched it in time. Wait-free, any thread.
void wrm_audio_metrics_report_input_overrun(wrm_audio_metrics* metrics);
/// Wait-free, the callback's thread. `channel` is an index of the names given when it was made.
void wrm_audio_metrics_channel_rendered(wrm_audio_metrics* metrics, size_t channel,
                                        int64_t took_ns);
/// Wait-free, the callback's thread. `due_ns` is when the driver wanted the callback to begin; NULL
/// where it doesn't say.
void wrm_audio_metrics_callback_rendered(wrm_audio_metrics* metrics, uint64_t begin_ns,
                                         uint64_t end_ns, uint32_t frames, const uint64_t* due_ns);
/// The same where more is known. Wait-free, the callback's thread.
void wrm_audio_metrics_callback_rendered_as(wrm_audio_metrics* metrics, uint64_t begin_ns,
                                            uint64_t end_ns, uint32_t frames,
                                            const wrm_callback_details* details);

/// Make the slots for the plug-ins of a mixer, or of what one of several threads renders. May lock
/// and allocate.
char* wrm_plugin_slots_make(wrm_audio_metrics* metrics, const wrm_channel_names* channels,
                            size_t channel_count, wrm_plugin_slots** made);
/// Free slots, also while they are in use; nobody may record into them any more. May lock.
void wrm_plugin_slots_free(wrm_plugin_slots* slots);
/// Wait-free, one thread at a time. Plug-ins are numbered through, channel by channel.
void wrm_plugin_slots_rendered(wrm_plugin_slots* slots, size_t plugin, int64_t took_ns);
/// Look at these slots in the callbacks to come. Wait-free, the callback's thread, or any while
/// there is no callback. Those beyond 64 are left out and counted as lost.
void wrm_audio_metrics_use(wrm_audio_metrics* metrics, wrm_plugin_slots* const* slots,
                           size_t slots_count);
/// The plug-in that took longest in the last callback; false when there is none. Wait-free, the
/// callback's thread.
bool wrm_audio_metrics_most_expensive(const wrm_audio_metrics* metrics, wrm_plugin_place* place);

#if defined(__cplusplus)
}
#endif

#endif

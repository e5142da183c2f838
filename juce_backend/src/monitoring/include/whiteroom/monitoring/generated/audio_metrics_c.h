// Generated from catalogue/interfaces/audio_metrics.yaml by `whiteroom generate`; edit that file, not this one.

/// AudioMetrics for languages that call C; audio_metrics.h says more about each function.
/// Records what a render callback does. Plug-in slots are in plugin_slots_c.h, which is written by hand: they own cells of their own, are made from names within names, and the callback is given a list of them.
///
/// A function that can fail returns NULL for success, else a text for wrm_text_free().
/// Functions that are wait-free may be called from the render callback. Times are those of
/// wrm_monotonic_ns().
#ifndef WHITEROOM_MONITORING_GENERATED_AUDIO_METRICS_C_H
#define WHITEROOM_MONITORING_GENERATED_AUDIO_METRICS_C_H

#include "../segment_c.h"

#if defined(__cplusplus)
extern "C" {
#endif

typedef struct wrm_audio_metrics wrm_audio_metrics;

/// What a callback renders for. Only real time has a deadline.
typedef enum wrm_callback_mode {
  WRM_CALLBACK_MODE_REALTIME = 0,  ///< A device plays it.
  WRM_CALLBACK_MODE_OFFLINE = 1,  ///< Nobody listens while it is made.
  WRM_CALLBACK_MODE_BYPASSED = 2,  ///< The device plays what somebody else makes.
  WRM_CALLBACK_MODE_PAUSED = 3,  ///< The device plays silence on purpose.
} wrm_callback_mode;

/// What a driver or a host knows of one callback.
typedef struct wrm_callback_details {
  uint64_t due_ns;  ///< When the device wanted it. 0: unknown.
  wrm_callback_mode mode;  ///< What it renders for.
  wrm_answer waited;  ///< Whether the thread had to wait for it. 0: unknown.
} wrm_callback_details;

/// Make it before the callback starts. The segment has the domain `audio`; `channels` name the mixer's channels. May lock and allocate.
char* wrm_audio_metrics_make(wrm_segment* segment, const char* const* channels, size_t channels_count, wrm_audio_metrics** made);
/// No thread may be calling any other function, or do so later.
void wrm_audio_metrics_free(wrm_audio_metrics* object);

/// Say which version runs and what calls it; once, before the callback starts. May lock and allocate.
char* wrm_audio_metrics_set_info(wrm_audio_metrics* object, const char* version, const char* driver);
/// Say what the stream is like; again when it changes. Wait-free, any thread.
void wrm_audio_metrics_set_stream(wrm_audio_metrics* object, double sample_rate_hertz, uint32_t buffer_frames);
/// Say how many buffers of that length the device holds, the one that it plays counted; 0 where nobody knows. Wait-free, any thread.
void wrm_audio_metrics_set_device_buffers(wrm_audio_metrics* object, uint32_t buffers);
/// The stream stops on purpose, so nobody expects sound until the next callback. Wait-free, any thread.
void wrm_audio_metrics_stream_stops(wrm_audio_metrics* object);
/// The stream starts after a pause; what follows is judged afresh. Wait-free, any thread.
void wrm_audio_metrics_stream_starts(wrm_audio_metrics* object);
/// Say what the callbacks render for from now on. Wait-free, any thread.
void wrm_audio_metrics_set_mode(wrm_audio_metrics* object, wrm_callback_mode mode);
/// Say whether the callback runs with real-time scheduling. Wait-free, any thread.
void wrm_audio_metrics_set_realtime_scheduling(wrm_audio_metrics* object, bool in_force);
/// Say how much memory the process holds. Wait-free, any thread.
void wrm_audio_metrics_set_memory(wrm_audio_metrics* object, uint64_t resident_bytes);
/// The device reports an XRUN, and how late it was if it says so. Wait-free, any thread.
void wrm_audio_metrics_report_xrun(wrm_audio_metrics* object, int64_t delay_ns);
/// The same for so many at once; `delay` is how late the device was in all. Wait-free, any thread.
void wrm_audio_metrics_report_xruns(wrm_audio_metrics* object, uint32_t count, int64_t delay_ns);
/// Recorded sound was lost because nobody fetched it in time. Wait-free, any thread.
void wrm_audio_metrics_report_input_overrun(wrm_audio_metrics* object);
/// One channel, by its place in the names, has been rendered. One that isn't there is counted as lost. Wait-free, the callback's thread.
void wrm_audio_metrics_channel_rendered(wrm_audio_metrics* object, size_t channel, int64_t took_ns);
/// A callback for `frames` has begun and ended at these times. It counts what recording has cost, too, so take `ended` just before. One that is not for real time is counted as such and judged by nothing. Wait-free, the callback's thread.
void wrm_audio_metrics_callback_rendered(wrm_audio_metrics* object, uint64_t began_ns, uint64_t ended_ns, uint32_t frames, const wrm_callback_details* details);

#if defined(__cplusplus)
}
#endif

#endif

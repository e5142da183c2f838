// Generated from catalogue/*.yaml by `whiteroom generate`; edit that file, not this one.

/// Events of the log for languages that call C. Each function may be called from any thread, an
/// audio thread too, and is wait-free. `log` is what wrm_segment_log() gives, `time_ns` a time of
/// wrm_monotonic_ns(); a text's number is what wrm_segment_log_text() gives.
#ifndef WHITEROOM_MONITORING_LOG_EVENTS_C_H
#define WHITEROOM_MONITORING_LOG_EVENTS_C_H

#include <stdint.h>

#include "../log_ring.h"

#if defined(__cplusplus)
extern "C" {
#endif

/// Values of `cause` in events of `audio`.
enum {
  WRM_AUDIO_CAUSE_OVER_BUDGET = 0,
  WRM_AUDIO_CAUSE_LATE_CALLBACK = 1,
  WRM_AUDIO_CAUSE_DEVICE = 2,
  WRM_AUDIO_CAUSE_CONFIGURATION = 3
};

/// Values of `driver` in events of `audio`.
enum {
  WRM_AUDIO_DRIVER_JACK = 0,
  WRM_AUDIO_DRIVER_CLOCK = 1,
  WRM_AUDIO_DRIVER_FILE = 2,
  WRM_AUDIO_DRIVER_ALSA = 3,
  WRM_AUDIO_DRIVER_COREAUDIO = 4,
  WRM_AUDIO_DRIVER_WASAPI = 5,
  WRM_AUDIO_DRIVER_ASIO = 6,
  WRM_AUDIO_DRIVER_OTHER = 7
};

/// The device had no sound to play; logged when the dropout begins, once for each. Level: warn.
static inline void wrm_log_dropout_began(wrm_log log, uint64_t time_ns, uint64_t dropout_id, uint32_t cause, double lost_seconds, double render_seconds, uint32_t plugin) {
  wrm_log_put(log, 3197944446u, time_ns, dropout_id, cause, wrm_log_float(lost_seconds), wrm_log_float(render_seconds), plugin, 0);
}

/// A callback took longer than its buffer lasts; logged for the first of several in a row. Level: warn.
static inline void wrm_log_plugin_over_budget(wrm_log log, uint64_t time_ns, uint32_t plugin, double render_seconds, double buffer_seconds) {
  wrm_log_put(log, 3810888183u, time_ns, plugin, wrm_log_float(render_seconds), wrm_log_float(buffer_seconds), 0, 0, 0);
}

/// The audio device has been opened, or has another sample rate or buffer than before. Level: info.
static inline void wrm_log_device_changed(wrm_log log, uint64_t time_ns, double sample_rate_hertz, int64_t buffer_frames, int64_t device_buffers) {
  wrm_log_put(log, 4016459984u, time_ns, wrm_log_float(sample_rate_hertz), (uint64_t)buffer_frames, (uint64_t)device_buffers, 0, 0, 0);
}

/// The sound server or the device has gone away while it played. Level: error.
static inline void wrm_log_device_lost(wrm_log log, uint64_t time_ns, uint32_t driver) {
  wrm_log_put(log, 1756464178u, time_ns, driver, 0, 0, 0, 0, 0);
}

/// The render callback plays another song from now on. Level: info.
static inline void wrm_log_song_loaded(wrm_log log, uint64_t time_ns, uint32_t song, int64_t channels) {
  wrm_log_put(log, 2686419316u, time_ns, song, (uint64_t)channels, 0, 0, 0, 0);
}

/// Values of `function` in events of `ffi`.
enum {
  WRM_FFI_FUNCTION_SCH_ENGINE_CREATE = 0,
  WRM_FFI_FUNCTION_SCH_ENGINE_DESTROY = 1,
  WRM_FFI_FUNCTION_SCH_ENGINE_GET_VERSION = 2,
  WRM_FFI_FUNCTION_SCH_ENGINE_LOAD_SONG = 3,
  WRM_FFI_FUNCTION_SCH_ENGINE_GET_SONG = 4,
  WRM_FFI_FUNCTION_SCH_ENGINE_CREATE_DEFAULT_SONG = 5,
  WRM_FFI_FUNCTION_SCH_ENGINE_EXPORT_SONG = 6,
  WRM_FFI_FUNCTION_SCH_ENGINE_AUDIO_INIT = 7,
  WRM_FFI_FUNCTION_SCH_ENGINE_AUDIO_START = 8,
  WRM_FFI_FUNCTION_SCH_ENGINE_AUDIO_STOP = 9,
  WRM_FFI_FUNCTION_SCH_ENGINE_GET_AUDIO_STATUS = 10,
  WRM_FFI_FUNCTION_SCH_ENGINE_SET_TRANSPORT = 11,
  WRM_FFI_FUNCTION_SCH_ENGINE_SET_TEMPO = 12,
  WRM_FFI_FUNCTION_SCH_ENGINE_SET_POSITION = 13,
  WRM_FFI_FUNCTION_SCH_ENGINE_SEND_NOTE_ON = 14,
  WRM_FFI_FUNCTION_SCH_ENGINE_SEND_NOTE_OFF = 15,
  WRM_FFI_FUNCTION_SCH_ENGINE_ALL_NOTES_OFF = 16,
  WRM_FFI_FUNCTION_SCH_ENGINE_SET_PERFORMANCE_BLEND = 17,
  WRM_FFI_FUNCTION_SCH_ENGINE_PUSH_COMMAND = 18,
  WRM_FFI_FUNCTION_SCH_ENGINE_GET_PERFORMANCE_STATE = 19,
  WRM_FFI_FUNCTION_SCH_ENGINE_SET_EVENT_CALLBACK = 20,
  WRM_FFI_FUNCTION_SCH_UUID_VALIDATE = 21,
  WRM_FFI_FUNCTION_SCH_FREE_STRING = 22,
  WRM_FFI_FUNCTION_SCH_FREE_STRING_ARRAY = 23
};

/// Values of `code` in events of `ffi`.
enum {
  WRM_FFI_CODE_INVALID_ARGUMENT = 0,
  WRM_FFI_CODE_NOT_FOUND = 1,
  WRM_FFI_CODE_REJECTED = 2,
  WRM_FFI_CODE_DEFERRED = 3,
  WRM_FFI_CODE_NOT_IMPLEMENTED = 4,
  WRM_FFI_CODE_ENGINE_NULL = 5,
  WRM_FFI_CODE_INVALID_STATE = 6,
  WRM_FFI_CODE_PARSE_FAILED = 7,
  WRM_FFI_CODE_VALIDATION_FAILED = 8,
  WRM_FFI_CODE_INTERNAL = 9
};

/// A call over the engine's C ABI has failed; what is only deferred is not logged. Level: warn.
static inline void wrm_log_call_refused(wrm_log log, uint64_t time_ns, uint32_t function, uint32_t code) {
  wrm_log_put(log, 3320230314u, time_ns, function, code, 0, 0, 0, 0);
}

/// The song that the user has chosen has been loaded, and the screen shows it. Level: info.
static inline void wrm_log_song_shown(wrm_log log, uint64_t time_ns, uint32_t song) {
  wrm_log_put(log, 4245387170u, time_ns, song, 0, 0, 0, 0, 0);
}

/// A refresh of the display came before its frame was drawn; logged for the first of several in a row. Level: warn.
static inline void wrm_log_frame_dropped(wrm_log log, uint64_t time_ns, double late_seconds, int64_t refreshes) {
  wrm_log_put(log, 3098148759u, time_ns, wrm_log_float(late_seconds), (uint64_t)refreshes, 0, 0, 0, 0);
}

#if defined(__cplusplus)
}
#endif

#endif

/* The C ABI of the audio engine: what a front end calls.
 *
 *     sch_engine* engine = NULL;
 *     sch_engine_create(NULL, &engine);
 *     sch_engine_create_default_song(engine, NULL);
 *     sch_engine_audio_init(engine, 48000, 256, 2);
 *     sch_engine_audio_start(engine);
 *     sch_engine_set_transport(engine, true);
 *     ...
 *     sch_engine_destroy(engine);
 *
 * Every function returns a result code; 0 is success. Functions that make a text give a char* that
 * sch_free_string takes back. All texts are UTF-8. Every function may be called from every thread
 * but the audio thread, for which sch_engine_push_command alone is fit. A handle is checked: one of
 * an engine that is gone is answered with SCH_INVALID_ARGUMENT, NULL with SCH_ENGINE_NULL.
 *
 * Every call is counted and timed in the metrics ffi_calls_total, ffi_errors_total and
 * ffi_call_duration_seconds. The first call of a process prepares the segment in which they are
 * kept; it is closed when the process ends by exit() or by returning from main(). */
#ifndef WHITEROOM_SCH_ENGINE_H
#define WHITEROOM_SCH_ENGINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#if defined(__GNUC__)
#define SCH_EXPORT __attribute__((visibility("default")))
#else
#define SCH_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

enum sch_result {
  SCH_OK = 0,
  SCH_INVALID_ARGUMENT = 1,
  SCH_NOT_FOUND = 2,
  SCH_REJECTED = 3, /* the queue is full, the port is taken: try again, or elsewhere */
  SCH_DEFERRED = 4, /* accepted, and carried out as soon as the sound runs */
  SCH_NOT_IMPLEMENTED = 5,
  SCH_ENGINE_NULL = 6,
  SCH_INVALID_STATE = 7,
  SCH_PARSE_FAILED = 9,
  SCH_VALIDATION_FAILED = 10,
  SCH_INTERNAL = 100
};

/* A handle, not an address. */
typedef struct sch_engine sch_engine;

/* ---- the engine ---- */

enum { SCH_NO_METRICS = -1 };

/* How an engine is made. Set `size` to sizeof(sch_engine_config) and the rest to zero for the
 * defaults; texts are copied. */
typedef struct sch_engine_config {
  size_t size;
  const char* driver;   /* "auto" (NULL), "jack" or "clock" */
  const char* segments; /* folder of metric segments; NULL: $WHITEROOM_SEGMENTS or the default */
  const char* metrics_address; /* NULL: 127.0.0.1 */
  int32_t metrics_port;  /* 0: any free one, see sch_audio_status; SCH_NO_METRICS: no endpoint */
  const char* control;   /* path of the control socket; NULL: none */
  const char* log_file;  /* appended to; "-": standard output; NULL: no log */
  const char* event_log; /* what callbacks log is appended here; NULL: to the log */
} sch_engine_config;

/* Make the engine of this process; `config` may be NULL. SCH_INVALID_STATE while there is one
 * already, or when its metrics are in another folder; SCH_REJECTED when the port or the control
 * socket is taken, or the log can't be written. */
SCH_EXPORT int32_t sch_engine_create(const sch_engine_config* config, sch_engine** engine);
/* Stop the sound and end the engine. Waits for calls under way on other threads.
 * SCH_INVALID_STATE within an event callback. */
SCH_EXPORT int32_t sch_engine_destroy(sch_engine* engine);
SCH_EXPORT int32_t sch_engine_get_version(char** version);

/* ---- songs ---- */

/* Play another song, given as JSON of at most 4 MiB (docs/reference/reference-engine.md lists its
 * fields). What plays goes on until the new song is ready. SCH_PARSE_FAILED when it is no JSON,
 * SCH_VALIDATION_FAILED when it is no song; then `*problem`, if wanted, says where and why. */
SCH_EXPORT int32_t sch_engine_load_song(sch_engine* engine, const char* json, char** problem);
/* Give the song as JSON, which sch_engine_load_song accepts. SCH_NOT_FOUND before there is one. */
SCH_EXPORT int32_t sch_engine_get_song(sch_engine* engine, char** json);
/* Load "First Light", and give its JSON if `json` is not NULL. */
SCH_EXPORT int32_t sch_engine_create_default_song(sch_engine* engine, char** json);
/* Render `seconds` of the song, from its start and as it is blended now, to a stereo WAV file of 24
 * bits. Takes its time, and leaves the sound that plays alone. SCH_NOT_FOUND without a song,
 * SCH_REJECTED when the file can't be written. */
SCH_EXPORT int32_t sch_engine_export_song(sch_engine* engine, const char* path, double seconds);

/* ---- sound ---- */

enum sch_audio_state {
  SCH_AUDIO_NONE = 0,  /* sch_engine_audio_init comes next */
  SCH_AUDIO_READY = 1, /* stopped */
  SCH_AUDIO_RUNNING = 2,
  SCH_AUDIO_LOST = 3 /* the sound server is gone; init again */
};

typedef struct sch_audio_status {
  int32_t state; /* enum sch_audio_state */
  double sample_rate;
  uint32_t buffer_frames;
  uint32_t channels;
  bool realtime; /* the callback has real-time scheduling */
  bool playing;
  double tempo_bpm;
  double position_beats;
  uint64_t callbacks;
  uint64_t xruns;
  uint64_t dropouts;
  double dropout_seconds;
  uint16_t metrics_port; /* 0: no endpoint */
  char driver[16];       /* "jack", "clock", or empty */
} sch_audio_status;

/* Choose the stream: 44100 to 192000 Hz, a power of two from 32 to 2048 frames, 2 channels (other
 * numbers up to 64: SCH_NOT_IMPLEMENTED). A JACK server has a rate and a buffer of its own. While
 * the sound runs, it is changed without a stop, which is heard as a gap. */
SCH_EXPORT int32_t sch_engine_audio_init(sch_engine* engine, double sample_rate,
                                         uint32_t buffer_frames, uint32_t channels);
/* SCH_INVALID_STATE before sch_engine_audio_init and while it runs. */
SCH_EXPORT int32_t sch_engine_audio_start(sch_engine* engine);
/* SCH_INVALID_STATE unless it runs. */
SCH_EXPORT int32_t sch_engine_audio_stop(sch_engine* engine);
SCH_EXPORT int32_t sch_engine_get_audio_status(sch_engine* engine, sch_audio_status* status);

/* ---- playing ---- */

SCH_EXPORT int32_t sch_engine_set_transport(sch_engine* engine, bool playing);
/* 20 to 300 beats per minute. */
SCH_EXPORT int32_t sch_engine_set_tempo(sch_engine* engine, double bpm);

/* The functions from here to sch_engine_push_command go through the queue of commands: 1024 places,
 * without a lock. SCH_OK: the next callback carries it out; SCH_DEFERRED: the sound does not run,
 * and the first callback will; SCH_REJECTED: the queue is full, and nothing happens. */

/* 0 to 1,000,000 beats; a position beyond the song's end is in one of its repetitions. */
SCH_EXPORT int32_t sch_engine_set_position(sch_engine* engine, double beats);
/* Play a note until it is released; `channel` counts from 0, `pitch` is a MIDI number (0 to 127),
 * `velocity` is above 0 and at most 1. SCH_NOT_FOUND when the song has no such channel. */
SCH_EXPORT int32_t sch_engine_send_note_on(sch_engine* engine, uint32_t channel, int32_t pitch,
                                           float velocity);
SCH_EXPORT int32_t sch_engine_send_note_off(sch_engine* engine, uint32_t channel, int32_t pitch);
/* Release every note, also those of the song. */
SCH_EXPORT int32_t sch_engine_all_notes_off(sch_engine* engine);
/* Play between two performances of the song, named by their ids: 0 is the first, 1 the second.
 * SCH_VALIDATION_FAILED when an id is no UUID, SCH_NOT_FOUND when the song has no such performance.
 */
SCH_EXPORT int32_t sch_engine_set_performance_blend(sch_engine* engine, const char* first,
                                                    const char* second, double blend);

enum sch_command_kind {
  SCH_COMMAND_PLAY = 1,
  SCH_COMMAND_STOP = 2,
  SCH_COMMAND_TEMPO = 3,    /* value: beats per minute */
  SCH_COMMAND_POSITION = 4, /* value: beats */
  SCH_COMMAND_NOTE_ON = 5,  /* channel, pitch; value: velocity */
  SCH_COMMAND_NOTE_OFF = 6, /* channel, pitch */
  SCH_COMMAND_ALL_NOTES_OFF = 7,
  SCH_COMMAND_BLEND = 8 /* value: 0 to 1, between the performances last chosen */
};

typedef struct sch_command {
  int32_t kind; /* enum sch_command_kind */
  uint32_t channel;
  int32_t pitch;
  double value;
} sch_command;

/* Wait-free but for other threads that push in the same moment; never calls the system. Ranges are
 * those of the functions above. */
SCH_EXPORT int32_t sch_engine_push_command(sch_engine* engine, const sch_command* command);

enum { SCH_MOST_CHANNELS = 64, SCH_WAVEFORM_POINTS = 256, SCH_UUID_BYTES = 37 };

/* What is heard now. */
typedef struct sch_performance_state {
  bool playing;
  double tempo_bpm;
  double position_beats;
  double length_beats;
  char first[SCH_UUID_BYTES]; /* ids of the performances; empty without any */
  char second[SCH_UUID_BYTES];
  double blend;
  uint32_t voices; /* notes that sound */
  uint32_t channel_count;
  float channel_peaks[SCH_MOST_CHANNELS]; /* of the last callback, 1 is full scale */
  uint32_t waveform_points;               /* how many of those that follow are there */
  float waveform[SCH_WAVEFORM_POINTS];    /* peak of each of the last callbacks, oldest first */
} sch_performance_state;

/* SCH_NOT_FOUND before a song is loaded. */
SCH_EXPORT int32_t sch_engine_get_performance_state(sch_engine* engine,
                                                    sch_performance_state* state);

/* ---- events ---- */

enum sch_event_kind {
  SCH_EVENT_AUDIO_STARTED = 1,
  SCH_EVENT_AUDIO_STOPPED = 2,
  SCH_EVENT_AUDIO_LOST = 3,
  SCH_EVENT_SONG_LOADED = 4, /* text: the song's name */
  SCH_EVENT_TRANSPORT = 5,   /* value: 1 playing, 0 standing still */
  SCH_EVENT_DROPOUT = 6, /* value: seconds lost so far; text: the cause, and what took longest */
  SCH_EVENT_XRUN = 7     /* value: seconds that the device was late */
};

typedef struct sch_event {
  int32_t kind;     /* enum sch_event_kind */
  uint64_t time_ns; /* of the system's monotonic clock */
  double value;
  char text[128];
} sch_event;

typedef void (*sch_event_callback)(const sch_event* event, void* context);

/* Let `callback` be called on a thread of the engine's own, within some 20 ms of each event; NULL
 * ends that. When this has returned, the former callback is not called any more. */
SCH_EXPORT int32_t sch_engine_set_event_callback(sch_engine* engine, sch_event_callback callback,
                                                 void* context);

/* ---- texts ---- */

/* SCH_VALIDATION_FAILED when `text` is no UUID (RFC 9562, section 4). */
SCH_EXPORT int32_t sch_uuid_validate(const char* text);
SCH_EXPORT int32_t sch_free_string(char* text);
/* Free an array of `count` texts and the texts in it. */
SCH_EXPORT int32_t sch_free_string_array(char** texts, size_t count);

#ifdef __cplusplus
}
#endif

#endif

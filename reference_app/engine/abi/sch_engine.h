/* The part of the engine's C ABI that the reference engine has. Every function returns a result
 * code; 0 is success. Pointers that a caller gets are given back by sch_free_string. Any thread may
 * call; none of these functions is for the audio thread. */
#ifndef WHITEROOM_SCH_ENGINE_H
#define WHITEROOM_SCH_ENGINE_H

#include <stdbool.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

enum sch_result {
  SCH_OK = 0,
  SCH_INVALID_ARGUMENT = 1,
  SCH_NOT_FOUND = 2,
  SCH_REJECTED = 3,
  SCH_DEFERRED = 4,
  SCH_NOT_IMPLEMENTED = 5,
  SCH_ENGINE_NULL = 6,
  SCH_INVALID_STATE = 7,
  SCH_PARSE_FAILED = 9,
  SCH_VALIDATION_FAILED = 10,
  SCH_INTERNAL = 100
};

typedef struct sch_engine sch_engine;

typedef struct sch_audio_status {
  double sample_rate;
  uint32_t buffer_frames;
  bool playing;
  double tempo_bpm;
  double position_beats;
  uint64_t callbacks;
  uint64_t xruns;
} sch_audio_status;

/* The engine of this process; SCH_INVALID_STATE before there is one. */
int32_t sch_engine_create(sch_engine** engine);
int32_t sch_engine_destroy(sch_engine* engine);
int32_t sch_engine_get_version(char** version);
int32_t sch_engine_get_audio_status(sch_engine* engine, sch_audio_status* status);
int32_t sch_engine_set_transport(sch_engine* engine, bool playing);
/* 20 to 300 beats per minute. */
int32_t sch_engine_set_tempo(sch_engine* engine, double bpm);
/* SCH_VALIDATION_FAILED when `text` is no UUID (RFC 9562, section 4). */
int32_t sch_uuid_validate(const char* text);
int32_t sch_free_string(char* text);

#ifdef __cplusplus
}
#endif

#endif

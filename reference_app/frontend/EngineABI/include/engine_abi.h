/* The engine's C ABI, loaded from its library while the program runs.
 *
 * The types and constants are those of sch_engine.h. The functions are reached through a table, so
 * that the front end can be built without an engine, and say what is missing when there is none. */
#ifndef WHITEROOM_ENGINE_ABI_H
#define WHITEROOM_ENGINE_ABI_H

#include "../../../engine/abi/sch_engine.h"

/* Name in the table, name in the library. */
// clang-format off
#define ENGINE_ABI_FUNCTIONS(function)                              \
  function(create, sch_engine_create)                               \
  function(destroy, sch_engine_destroy)                             \
  function(get_version, sch_engine_get_version)                     \
  function(load_song, sch_engine_load_song)                         \
  function(get_song, sch_engine_get_song)                           \
  function(create_default_song, sch_engine_create_default_song)     \
  function(export_song, sch_engine_export_song)                     \
  function(audio_init, sch_engine_audio_init)                       \
  function(audio_start, sch_engine_audio_start)                     \
  function(audio_stop, sch_engine_audio_stop)                       \
  function(get_audio_status, sch_engine_get_audio_status)           \
  function(set_transport, sch_engine_set_transport)                 \
  function(set_tempo, sch_engine_set_tempo)                         \
  function(set_position, sch_engine_set_position)                   \
  function(set_performance_blend, sch_engine_set_performance_blend) \
  function(get_performance_state, sch_engine_get_performance_state) \
  function(free_string, sch_free_string)
// clang-format on

#define ENGINE_ABI_MEMBER(name, function) __typeof__(&function) name;
typedef struct engine_abi {
  ENGINE_ABI_FUNCTIONS(ENGINE_ABI_MEMBER)
} engine_abi;

/* Load the library at `path`, which stays loaded. Returns NULL for success, else a text that says
 * what is wrong; it is valid until the next call. */
const char* engine_abi_load(const char* path, engine_abi* abi);

#endif

# Generated from catalogue/ffi.yaml by `whiteroom generate`; edit that file, not this one.
"""Metrics of the domain ``ffi``, recorded by ``juce-backend``."""

from whiteroom_monitoring.client._native import Counter, Histogram

ffi_calls_total = Counter(
    name="ffi_calls_total",
    help="Calls over the engine's C ABI that have ended, by function.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("function", ("sch_engine_create", "sch_engine_destroy", "sch_engine_get_version", "sch_engine_load_song", "sch_engine_get_song", "sch_engine_create_default_song", "sch_engine_export_song", "sch_engine_audio_init", "sch_engine_audio_start", "sch_engine_audio_stop", "sch_engine_get_audio_status", "sch_engine_set_transport", "sch_engine_set_tempo", "sch_engine_set_position", "sch_engine_send_note_on", "sch_engine_send_note_off", "sch_engine_all_notes_off", "sch_engine_set_performance_blend", "sch_engine_push_command", "sch_engine_get_performance_state", "sch_engine_set_event_callback", "sch_uuid_validate", "sch_free_string", "sch_free_string_array",)),),
)
ffi_errors_total = Counter(
    name="ffi_errors_total",
    help="Calls over the engine's C ABI that returned a result code other than success.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("function", ("sch_engine_create", "sch_engine_destroy", "sch_engine_get_version", "sch_engine_load_song", "sch_engine_get_song", "sch_engine_create_default_song", "sch_engine_export_song", "sch_engine_audio_init", "sch_engine_audio_start", "sch_engine_audio_stop", "sch_engine_get_audio_status", "sch_engine_set_transport", "sch_engine_set_tempo", "sch_engine_set_position", "sch_engine_send_note_on", "sch_engine_send_note_off", "sch_engine_all_notes_off", "sch_engine_set_performance_blend", "sch_engine_push_command", "sch_engine_get_performance_state", "sch_engine_set_event_callback", "sch_uuid_validate", "sch_free_string", "sch_free_string_array",)), ("code", ("invalid_argument", "not_found", "rejected", "deferred", "not_implemented", "engine_null", "invalid_state", "parse_failed", "validation_failed", "internal",)),),
)
ffi_call_duration_seconds = Histogram(
    name="ffi_call_duration_seconds",
    help="Duration of calls over the engine's C ABI, by function.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1000000000,
    labels=(("function", ("sch_engine_create", "sch_engine_destroy", "sch_engine_get_version", "sch_engine_load_song", "sch_engine_get_song", "sch_engine_create_default_song", "sch_engine_export_song", "sch_engine_audio_init", "sch_engine_audio_start", "sch_engine_audio_stop", "sch_engine_get_audio_status", "sch_engine_set_transport", "sch_engine_set_tempo", "sch_engine_set_position", "sch_engine_send_note_on", "sch_engine_send_note_off", "sch_engine_all_notes_off", "sch_engine_set_performance_blend", "sch_engine_push_command", "sch_engine_get_performance_state", "sch_engine_set_event_callback", "sch_uuid_validate", "sch_free_string", "sch_free_string_array",)),),
    buckets=(1e-06, 1e-05, 0.0001, 0.0005, 0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0,),
)

METRICS = (
    ffi_calls_total,
    ffi_errors_total,
    ffi_call_duration_seconds,
)

# Generated from catalogue/ui.yaml by `whiteroom generate`; edit that file, not this one.
"""Metrics of the domain ``ui``, recorded by ``swift-frontend``."""

from whiteroom_monitoring.client._native import Counter, Histogram, UpDownCounter

ui_render_time_seconds = Histogram(
    name="ui_render_time_seconds",
    help="Time that the drawing of one frame took.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1000000000,
    buckets=(0.001, 0.002, 0.004, 0.006, 0.008, 0.012, 0.0167, 0.025, 0.0333, 0.05, 0.1, 0.25,),
)
ui_frames_total = Counter(
    name="ui_frames_total",
    help="Frames drawn; the rate is the frame rate.",
    unit="frames",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1,
)
ui_frames_dropped_total = Counter(
    name="ui_frames_dropped_total",
    help="Refreshes of the display that came before their frame was drawn.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1,
)
ui_interaction_time_seconds = Histogram(
    name="ui_interaction_time_seconds",
    help="Time from a user's action to the first frame that shows its effect.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1000000000,
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0,),
)
ui_transition_duration_seconds = Histogram(
    name="ui_transition_duration_seconds",
    help="Duration of transitions between screens.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1000000000,
    labels=(("screen", ("library", "mixer", "performance", "song", "export", "settings",)),),
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0,),
)
ui_user_actions_total = Counter(
    name="ui_user_actions_total",
    help="Actions of users, by kind.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("action", ("play", "stop", "record", "load_song", "switch_performance", "edit", "export", "navigate", "undo", "redo",)),),
)
ui_song_load_duration_seconds = Histogram(
    name="ui_song_load_duration_seconds",
    help="Time from choosing a song until it can be played.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1000000000,
    buckets=(0.05, 0.1, 0.25, 0.5, 1.0, 2.0, 5.0, 10.0,),
)
ui_export_duration_seconds = Histogram(
    name="ui_export_duration_seconds",
    help="Duration of exports to an audio file.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1000000000,
    buckets=(0.1, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0,),
)
ui_active_sessions = UpDownCounter(
    name="ui_active_sessions",
    help="Sessions in which a user is at work.",
    unit="",
    number="i64",
    aggregation="sum",
    writers="many",
    scale=1,
)
ui_errors_total = Counter(
    name="ui_errors_total",
    help="Errors shown to users, by type.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("type", ("engine", "network", "file", "validation", "memory", "other",)),),
)

METRICS = (
    ui_render_time_seconds,
    ui_frames_total,
    ui_frames_dropped_total,
    ui_interaction_time_seconds,
    ui_transition_duration_seconds,
    ui_user_actions_total,
    ui_song_load_duration_seconds,
    ui_export_duration_seconds,
    ui_active_sessions,
    ui_errors_total,
)

# Generated from catalogue/ui.yaml by `whiteroom generate`; edit that file, not this one.
from typing import Literal

from whiteroom_monitoring.client._native import Counter, Histogram, UpDownCounter, Metric

class _UiTransitionDurationSeconds(Metric):
    def observe(self, value: float, /, *, screen: Literal["library", "mixer", "performance", "song", "export", "settings"]) -> None: ...
    def labels(self, *, screen: Literal["library", "mixer", "performance", "song", "export", "settings"]) -> Histogram: ...

class _UiUserActionsTotal(Metric):
    def inc(self, amount: float = 1, /, *, action: Literal["play", "stop", "record", "load_song", "switch_performance", "edit", "export", "navigate", "undo", "redo"]) -> None: ...
    def labels(self, *, action: Literal["play", "stop", "record", "load_song", "switch_performance", "edit", "export", "navigate", "undo", "redo"]) -> Counter: ...

class _UiErrorsTotal(Metric):
    def inc(self, amount: float = 1, /, *, type: Literal["engine", "network", "file", "validation", "memory", "other"]) -> None: ...
    def labels(self, *, type: Literal["engine", "network", "file", "validation", "memory", "other"]) -> Counter: ...

ui_render_time_seconds: Histogram
"""Time that the drawing of one frame took."""
ui_frames_total: Counter
"""Frames drawn; the rate is the frame rate."""
ui_frames_dropped_total: Counter
"""Refreshes of the display that came before their frame was drawn."""
ui_interaction_time_seconds: Histogram
"""Time from a user's action to the first frame that shows its effect."""
ui_transition_duration_seconds: _UiTransitionDurationSeconds
"""Duration of transitions between screens."""
ui_user_actions_total: _UiUserActionsTotal
"""Actions of users, by kind."""
ui_song_load_duration_seconds: Histogram
"""Time from choosing a song until it can be played."""
ui_export_duration_seconds: Histogram
"""Duration of exports to an audio file."""
ui_active_sessions: UpDownCounter
"""Sessions in which a user is at work."""
ui_errors_total: _UiErrorsTotal
"""Errors shown to users, by type."""

METRICS: tuple[Metric, ...]

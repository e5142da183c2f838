# Generated from catalogue/audio.yaml by `whiteroom generate`; edit that file, not this one.
from typing import Literal

from whiteroom_monitoring.client._native import Counter, Gauge, Histogram, Info, Metric

class _AudioCallbacksNotRealtimeTotal(Metric):
    def inc(self, amount: float = 1, /, *, mode: Literal["offline", "bypassed", "paused"]) -> None: ...
    def labels(self, *, mode: Literal["offline", "bypassed", "paused"]) -> Counter: ...

class _AudioDropoutsTotal(Metric):
    def inc(self, amount: float = 1, /, *, cause: Literal["over_budget", "late_callback", "device", "configuration"]) -> None: ...
    def labels(self, *, cause: Literal["over_budget", "late_callback", "device", "configuration"]) -> Counter: ...

class _AudioDeadlinesMissedTotal(Metric):
    def inc(self, amount: float = 1, /, *, cause: Literal["over_budget", "late_callback", "device", "configuration"]) -> None: ...
    def labels(self, *, cause: Literal["over_budget", "late_callback", "device", "configuration"]) -> Counter: ...

class _AudioDropoutSecondsTotal(Metric):
    def inc(self, amount: float = 1, /, *, cause: Literal["over_budget", "late_callback", "device", "configuration"]) -> None: ...
    def labels(self, *, cause: Literal["over_budget", "late_callback", "device", "configuration"]) -> Counter: ...

class _AudioChannelRenderSecondsTotal(Metric):
    def inc(self, amount: float = 1, /, *, channel: str | int) -> None: ...
    def labels(self, *, channel: str | int) -> Counter: ...

class _AudioPluginRenderSecondsTotal(Metric):
    def inc(self, amount: float = 1, /, *, channel: str | int, plugin: str | int) -> None: ...
    def labels(self, *, channel: str | int, plugin: str | int) -> Counter: ...

class _AudioPluginDeadlinesMissedTotal(Metric):
    def inc(self, amount: float = 1, /, *, channel: str | int, plugin: str | int) -> None: ...
    def labels(self, *, channel: str | int, plugin: str | int) -> Counter: ...

class _AudioEngineInfo(Metric):
    def set(self, *, version: str | int, driver: Literal["jack", "clock", "file", "alsa", "coreaudio", "wasapi", "asio", "other"]) -> None: ...

audio_engine_render_time_seconds: Histogram
"""Time that one render callback took, from its first to its last instruction."""
audio_engine_load_ratio: Histogram
"""Render time of one callback divided by the length of what it renders; above 1 only a queue can make up for it."""
audio_deadline_headroom_ratio: Histogram
"""Share of its deadline that was left when a callback ended; 0 when it was missed."""
audio_callback_jitter_ratio: Histogram
"""How much later than it was due a callback began, as a share of its deadline."""
audio_callbacks_total: Counter
"""Render callbacks that have ended."""
audio_callbacks_not_realtime_total: _AudioCallbacksNotRealtimeTotal
"""Render callbacks without a deadline, by the reason; they count nowhere else."""
audio_engine_xruns_total: Counter
"""Buffer over- and underruns, as reported by the audio driver or, without one, by the clock."""
audio_input_overruns_total: Counter
"""Times that recorded sound was lost because nobody fetched it in time, as reported by the audio driver."""
audio_dropouts_total: _AudioDropoutsTotal
"""Times in which the device had no sound to play, by cause. The first second after a start does not count."""
audio_deadlines_missed_total: _AudioDeadlinesMissedTotal
"""Callbacks that ended after the device had run out of sound, or whose sound it lost, by the cause of their run; a run is one dropout."""
audio_dropout_seconds_total: _AudioDropoutSecondsTotal
"""Sound lost in dropouts, by cause."""
audio_lateness_caught_up_seconds_total: Counter
"""Time by which callbacks missed what would have been a deadline with two buffers, and which the device's queue made up for; no sound was lost."""
audio_channel_render_seconds_total: _AudioChannelRenderSecondsTotal
"""Render time of one mixer channel by the wall clock; its rate is the load of the channel."""
audio_plugin_render_seconds_total: _AudioPluginRenderSecondsTotal
"""Render time of one plug-in of a mixer channel by the wall clock; a channel's plug-ins add up to the channel."""
audio_plugin_deadlines_missed_total: _AudioPluginDeadlinesMissedTotal
"""Callbacks that were over budget, not only because the system put them aside, and in which this plug-in took longest of all."""
audio_callback_preempted_seconds_total: Counter
"""Time for which the system put render callbacks aside while they could have gone on, as far as a thread can tell (Linux)."""
audio_monitoring_seconds_total: Counter
"""Time that recording metrics took in render callbacks; against the render time, monitoring's share."""
audio_buffer_duration_seconds: Gauge
"""Length of one audio buffer, which is the deadline of one render callback."""
audio_buffer_frames: Gauge
"""Frames in one audio buffer."""
audio_sample_rate_hertz: Gauge
"""Sample rate of the audio device."""
audio_engine_memory_bytes: Gauge
"""Resident memory of the process that renders."""
audio_engine_realtime_scheduling: Gauge
"""1 when the render callback runs with real-time scheduling, else 0."""
audio_engine_info: _AudioEngineInfo
"""Version of the engine and the driver that calls it."""

METRICS: tuple[Metric, ...]

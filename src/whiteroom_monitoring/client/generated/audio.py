# Generated from catalogue/audio.yaml by `whiteroom generate`; edit that file, not this one.
"""Metrics of the domain ``audio``, recorded by ``juce-backend``."""

from whiteroom_monitoring.client._native import Counter, Gauge, Histogram, Info

audio_engine_render_time_seconds = Histogram(
    name="audio_engine_render_time_seconds",
    help="Time that one render callback took, from its first to its last instruction.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1000000000,
    buckets=(5e-05, 0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.0075, 0.01, 0.015, 0.02, 0.025, 0.05, 0.1,),
)
audio_engine_load_ratio = Histogram(
    name="audio_engine_load_ratio",
    help="Render time of one callback divided by the length of what it renders; above 1 only a queue can make up for it.",
    unit="ratio",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1000000000,
    buckets=(0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0, 1.5, 2.0, 5.0,),
)
audio_deadline_headroom_ratio = Histogram(
    name="audio_deadline_headroom_ratio",
    help="Share of its deadline that was left when a callback ended; 0 when it was missed.",
    unit="ratio",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1000000000,
    buckets=(0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0,),
)
audio_callback_jitter_ratio = Histogram(
    name="audio_callback_jitter_ratio",
    help="How much later than it was due a callback began, as a share of its deadline.",
    unit="ratio",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1000000000,
    buckets=(0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0,),
)
audio_callbacks_total = Counter(
    name="audio_callbacks_total",
    help="Render callbacks that have ended.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1,
)
audio_callbacks_not_realtime_total = Counter(
    name="audio_callbacks_not_realtime_total",
    help="Render callbacks without a deadline, by the reason; they count nowhere else.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1,
    labels=(("mode", ("offline", "bypassed", "paused",)),),
)
audio_engine_xruns_total = Counter(
    name="audio_engine_xruns_total",
    help="Buffer over- and underruns, as reported by the audio driver or, without one, by the clock.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
)
audio_input_overruns_total = Counter(
    name="audio_input_overruns_total",
    help="Times that recorded sound was lost because nobody fetched it in time, as reported by the audio driver.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
)
audio_dropouts_total = Counter(
    name="audio_dropouts_total",
    help="Times in which the device had no sound to play, by cause. The first second after a start does not count.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1,
    labels=(("cause", ("over_budget", "late_callback", "device", "configuration",)),),
)
audio_deadlines_missed_total = Counter(
    name="audio_deadlines_missed_total",
    help="Callbacks that ended after the device had run out of sound, or whose sound it lost, by the cause of their run; a run is one dropout.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1,
    labels=(("cause", ("over_budget", "late_callback", "device", "configuration",)),),
)
audio_dropout_seconds_total = Counter(
    name="audio_dropout_seconds_total",
    help="Sound lost in dropouts, by cause.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1000000000,
    labels=(("cause", ("over_budget", "late_callback", "device", "configuration",)),),
)
audio_lateness_caught_up_seconds_total = Counter(
    name="audio_lateness_caught_up_seconds_total",
    help="Time by which callbacks missed what would have been a deadline with two buffers, and which the device's queue made up for; no sound was lost.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1000000000,
)
audio_channel_render_seconds_total = Counter(
    name="audio_channel_render_seconds_total",
    help="Render time of one mixer channel by the wall clock; its rate is the load of the channel.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1000000000,
    labels=(("channel", 64),),
)
audio_plugin_render_seconds_total = Counter(
    name="audio_plugin_render_seconds_total",
    help="Render time of one plug-in of a mixer channel by the wall clock; a channel's plug-ins add up to the channel.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1000000000,
    labels=(("channel", 64), ("plugin", 8),),
)
audio_plugin_deadlines_missed_total = Counter(
    name="audio_plugin_deadlines_missed_total",
    help="Callbacks that were over budget, not only because the system put them aside, and in which this plug-in took longest of all.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1,
    labels=(("channel", 64), ("plugin", 8),),
)
audio_callback_preempted_seconds_total = Counter(
    name="audio_callback_preempted_seconds_total",
    help="Time for which the system put render callbacks aside while they could have gone on, as far as a thread can tell (Linux).",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1000000000,
)
audio_monitoring_seconds_total = Counter(
    name="audio_monitoring_seconds_total",
    help="Time that recording metrics took in render callbacks; against the render time, monitoring's share.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="one",
    scale=1000000000,
)
audio_buffer_duration_seconds = Gauge(
    name="audio_buffer_duration_seconds",
    help="Length of one audio buffer, which is the deadline of one render callback.",
    unit="seconds",
    number="f64",
    aggregation="min",
    writers="many",
    scale=1,
)
audio_buffer_frames = Gauge(
    name="audio_buffer_frames",
    help="Frames in one audio buffer.",
    unit="frames",
    number="f64",
    aggregation="min",
    writers="many",
    scale=1,
)
audio_sample_rate_hertz = Gauge(
    name="audio_sample_rate_hertz",
    help="Sample rate of the audio device.",
    unit="hertz",
    number="f64",
    aggregation="latest",
    writers="many",
    scale=1,
)
audio_engine_memory_bytes = Gauge(
    name="audio_engine_memory_bytes",
    help="Resident memory of the process that renders.",
    unit="bytes",
    number="f64",
    aggregation="sum",
    writers="many",
    scale=1,
)
audio_engine_realtime_scheduling = Gauge(
    name="audio_engine_realtime_scheduling",
    help="1 when the render callback runs with real-time scheduling, else 0.",
    unit="",
    number="f64",
    aggregation="min",
    writers="many",
    scale=1,
)
audio_engine_info = Info(
    name="audio_engine_info",
    help="Version of the engine and the driver that calls it.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("version", 1), ("driver", ("jack", "clock", "file", "alsa", "coreaudio", "wasapi", "asio", "other",)),),
)

METRICS = (
    audio_engine_render_time_seconds,
    audio_engine_load_ratio,
    audio_deadline_headroom_ratio,
    audio_callback_jitter_ratio,
    audio_callbacks_total,
    audio_callbacks_not_realtime_total,
    audio_engine_xruns_total,
    audio_input_overruns_total,
    audio_dropouts_total,
    audio_deadlines_missed_total,
    audio_dropout_seconds_total,
    audio_lateness_caught_up_seconds_total,
    audio_channel_render_seconds_total,
    audio_plugin_render_seconds_total,
    audio_plugin_deadlines_missed_total,
    audio_callback_preempted_seconds_total,
    audio_monitoring_seconds_total,
    audio_buffer_duration_seconds,
    audio_buffer_frames,
    audio_sample_rate_hertz,
    audio_engine_memory_bytes,
    audio_engine_realtime_scheduling,
    audio_engine_info,
)

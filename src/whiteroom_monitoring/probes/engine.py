"""Checks of the reference engine: is the sound whole, and do the metrics say the same?"""

from __future__ import annotations

from whiteroom_monitoring.probes.framework import Mismatch, Skip, Stack, check
from whiteroom_monitoring.probes.targets import ENGINE_JOB

# A rate over three scrapes is extrapolated; a busy machine adds to that.
TOLERANCE = 0.1


def _engine(name: str) -> str:
    return f'{name}{{job="{ENGINE_JOB}"}}'


@check("engine.callbacks", "engine", "as many callbacks as sample rate and buffer demand, ± 10 %")
def _(stack: Stack) -> str:
    stack.require("engine")
    rate = stack.value(f"rate({_engine('audio_callbacks_total')}[30s])")
    due = 1 / stack.value(_engine("audio_buffer_duration_seconds"))
    if abs(rate / due - 1) > TOLERANCE:
        raise Mismatch(f"{rate:.1f} of {due:.1f} callbacks a second")
    return f"{rate:.1f} callbacks a second, {due:.1f} due"


@check("engine.channels", "engine", "8 channels or more, each using the processor")
def _(stack: Stack) -> str:
    stack.require("engine")
    samples = stack.prometheus.query(
        f"rate({_engine('audio_channel_render_seconds_total')}[30s]) > 0"
    )
    if len(samples) < 8:
        raise Mismatch(f"{len(samples)} channels")
    total = sum(value for _, value in samples)
    return f"{len(samples)} channels, together {total:.1%} of a core"


@check("engine.plugins", "engine", "plug-ins that add up to their channels, ± 10 %")
def _(stack: Stack) -> str:
    stack.require("engine")
    plugins = stack.prometheus.query(f"rate({_engine('audio_plugin_render_seconds_total')}[30s])")
    channels = stack.value(f"sum(rate({_engine('audio_channel_render_seconds_total')}[30s]))")
    total = sum(value for _, value in plugins)
    if not plugins or abs(total / channels - 1) > TOLERANCE:
        raise Mismatch(f"{len(plugins)} plug-ins with {total:.1%} of a core, {channels:.1%} in all")
    most, value = max(plugins, key=lambda sample: sample[1])
    name = f"{most['channel']}/{most['plugin']}"
    return f"{len(plugins)} plug-ins; the most expensive is {name} with {value:.1%} of a core"


@check("engine.scheduling", "engine", "real-time scheduling in force, or said to be missing")
def _(stack: Stack) -> str:
    stack.require("engine")
    if stack.value(_engine("audio_engine_realtime_scheduling")) != 1:
        raise Skip("not in force: the machine does not allow it, so deadlines may be missed")
    return "in force"


@check("engine.pages", "engine", "the pages of the metrics locked in memory")
def _(stack: Stack) -> str:
    stack.require("engine")
    if stack.value(_engine("monitoring_pages_locked")) != 1:
        raise Skip("not locked: the limit on locked memory is too low")
    return "locked"

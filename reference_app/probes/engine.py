"""Probes of the engine: does it render, and do its metrics add up?"""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import CheckFailed, CheckSkipped
from whiteroom_monitoring.probes.stack import Stack, probe

from .jobs import ENGINE_JOB

# A rate over three scrapes is extrapolated; a busy machine adds to that.
TOLERANCE = 0.1


def _engine(name: str) -> str:
    return f'{name}{{job="{ENGINE_JOB}"}}'


@probe("engine.callbacks", "engine", "the callback rate that sample rate and buffer need, ± 10 %")
def engine_callbacks(stack: Stack) -> str:
    stack.require_job(ENGINE_JOB)
    rate = stack.value(f"rate({_engine('audio_callbacks_total')}[30s])")
    due = 1 / stack.value(_engine("audio_buffer_duration_seconds"))
    if abs(rate / due - 1) > TOLERANCE:
        raise CheckFailed(f"{rate:.1f} of {due:.1f} callbacks a second")
    return f"{rate:.1f} callbacks a second, {due:.1f} due"


@probe("engine.channels", "engine", "8 channels or more, each using the CPU")
def engine_channels(stack: Stack) -> str:
    stack.require_job(ENGINE_JOB)
    samples = stack.prometheus.query(
        f"rate({_engine('audio_channel_render_seconds_total')}[30s]) > 0"
    )
    if len(samples) < 8:
        raise CheckFailed(f"{len(samples)} channels")
    total = sum(value for _, value in samples)
    return f"{len(samples)} channels, together {total:.1%} of a core"


@probe("engine.plugins", "engine", "plug-ins that add up to their channels, ± 10 %")
def engine_plugins(stack: Stack) -> str:
    stack.require_job(ENGINE_JOB)
    plugins = stack.prometheus.query(f"rate({_engine('audio_plugin_render_seconds_total')}[30s])")
    channels = stack.value(f"sum(rate({_engine('audio_channel_render_seconds_total')}[30s]))")
    total = sum(value for _, value in plugins)
    if not plugins or abs(total / channels - 1) > TOLERANCE:
        raise CheckFailed(
            f"{len(plugins)} plug-ins with {total:.1%} of a core, {channels:.1%} in all"
        )
    most, value = max(plugins, key=lambda sample: sample[1])
    name = f"{most['channel']}/{most['plugin']}"
    return f"{len(plugins)} plug-ins; the most expensive is {name} with {value:.1%} of a core"


@probe("engine.scheduling", "engine", "real-time scheduling in force")
def engine_scheduling(stack: Stack) -> str:
    stack.require_job(ENGINE_JOB)
    if stack.value(_engine("audio_engine_realtime_scheduling")) != 1:
        raise CheckSkipped(
            "not in force: the machine does not allow it, so deadlines may be missed"
        )
    return "in force"


@probe("engine.pages", "engine", "the pages of the segment locked in memory")
def engine_pages(stack: Stack) -> str:
    stack.require_job(ENGINE_JOB)
    if stack.value(_engine("monitoring_pages_locked")) != 1:
        raise CheckSkipped("not locked: the limit on locked memory is too low")
    return "locked"

# Generated from catalogue/plugin.yaml by `whiteroom generate`; edit that file, not this one.
from typing import Literal

from whiteroom_monitoring.client._native import Counter, Histogram, Metric

class _PluginLoadRatio(Metric):
    def observe(self, value: float, /, *, plugin: str | int, number: str | int) -> None: ...
    def labels(self, *, plugin: str | int, number: str | int) -> Histogram: ...

class _PluginRenderSecondsTotal(Metric):
    def inc(self, amount: float = 1, /, *, plugin: str | int, number: str | int) -> None: ...
    def labels(self, *, plugin: str | int, number: str | int) -> Counter: ...

class _PluginBlocksTotal(Metric):
    def inc(self, amount: float = 1, /, *, plugin: str | int, mode: Literal["realtime", "offline", "bypassed"]) -> None: ...
    def labels(self, *, plugin: str | int, mode: Literal["realtime", "offline", "bypassed"]) -> Counter: ...

plugin_load_ratio: _PluginLoadRatio
"""Render time of one host callback by the wall clock, all of its parts together, divided by the length of its sound."""
plugin_render_seconds_total: _PluginRenderSecondsTotal
"""Render time of one instance of a plug-in by the wall clock; its rate is the share of real time that the instance takes."""
plugin_blocks_total: _PluginBlocksTotal
"""Blocks that hosts have handed over, by what the host wanted of them."""

METRICS: tuple[Metric, ...]

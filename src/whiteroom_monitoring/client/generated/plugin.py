# Generated from catalogue/plugin.yaml by `whiteroom generate`; edit that file, not this one.
"""Metrics of the domain ``plugin``, recorded by ``juce-plugin``."""

from whiteroom_monitoring.client._native import Counter, Histogram

plugin_load_ratio = Histogram(
    name="plugin_load_ratio",
    help="Render time of one host callback by the wall clock, all of its parts together, divided by the length of its sound.",
    unit="ratio",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1000000000,
    labels=(("plugin", 16), ("number", 32),),
    buckets=(0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.7, 0.9, 1.0, 2.0,),
)
plugin_render_seconds_total = Counter(
    name="plugin_render_seconds_total",
    help="Render time of one instance of a plug-in by the wall clock; its rate is the share of real time that the instance takes.",
    unit="seconds",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1000000000,
    labels=(("plugin", 16), ("number", 32),),
)
plugin_blocks_total = Counter(
    name="plugin_blocks_total",
    help="Blocks that hosts have handed over, by what the host wanted of them.",
    unit="",
    number="u64",
    aggregation="sum",
    writers="many",
    scale=1,
    labels=(("plugin", 16), ("mode", ("realtime", "offline", "bypassed",)),),
)

METRICS = (
    plugin_load_ratio,
    plugin_render_seconds_total,
    plugin_blocks_total,
)

"""When alerts fired: from their own samples, however long the range and however short the alert.

A range is looked at in windows, of which Prometheus tells the first and the last sample of each
alert; an alert that is away for less than a window counts as one that went on.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.datasources.prometheus import SampleStream
from whiteroom_monitoring.grafana.evaluation.annotations import intervals
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.grid import Grid, duration, grid

_FIRING = 'ALERTS{alertstate="firing"}'
# How often rules are evaluated unless they say otherwise.
_EVALUATION_S = 15
_WINDOWS = 5000

_Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FiringInterval:
    """One time that an alert fired; ``end`` is None while it does."""

    name: str
    labels: Mapping[str, str]
    priority: str
    start: float
    end: float | None


def history(sources: DataSources, time_range: TimeRange) -> list[FiringInterval]:
    """Return when each alert fired within a range, the latest first. Raises SourceError."""
    windows = grid(time_range, _WINDOWS, _EVALUATION_S)
    # The last window reaches beyond the range, which rarely ends with one.
    windows = replace(windows, count=windows.count + 1)
    first = _samples("min", sources, windows)
    last = _samples("max", sources, windows)
    fires = {_labels(one) for one in sources.prometheus.instant(_FIRING, windows.end)}
    firing = [
        _interval(sources, labels, max(start, time_range.start), end)
        for labels in first.keys() & last.keys()
        for start, end in _runs(first[labels], last[labels], windows.step, labels in fires)
        if end is None or end >= time_range.start
    ]
    return sorted(firing, key=lambda interval: (-interval.start, interval.name))


def _runs(
    first: SampleStream, last: SampleStream, step: float, fires: bool
) -> Iterator[tuple[float, float | None]]:
    """Yield the first and the last sample of each run of windows; none ends the one of now."""
    starts = dict(zip(first.times, first.values, strict=True))
    ends = dict(zip(last.times, last.values, strict=True))
    runs = intervals(first.times, step)
    for begin, stop in runs:
        lasts = fires and stop == runs[-1][1]
        yield starts[begin], None if lasts else ends.get(stop, stop)


def _samples(which: str, sources: DataSources, windows: Grid) -> dict[_Labels, SampleStream]:
    """Return the times of the first or last sample in each window, by the labels of the alert."""
    window = f"{duration(windows.step)}:{_EVALUATION_S}s"
    expression = f"{which}_over_time(timestamp({_FIRING})[{window}])"
    streams = sources.prometheus.range(expression, windows.start, windows.end, windows.step)
    return {_labels(stream): stream for stream in streams}


def _labels(stream: SampleStream) -> _Labels:
    return tuple(sorted(p for p in stream.labels.items() if p[0] not in ("__name__", "alertstate")))


def _interval(
    sources: DataSources, labels: _Labels, start: float, end: float | None
) -> FiringInterval:
    by_name = dict(labels)
    priority = sources.alerts.priority(by_name)
    return FiringInterval(by_name.get("alertname", ""), by_name, priority, start, end)

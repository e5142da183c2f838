"""When alerts fired: from their own samples, however long the range and however short the alert.

A range is looked at in windows; where an alert begins or ends in one, its samples tell when. An
alert that is away for less than a window counts as one that went on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.datasources.prometheus import SampleStream
from whiteroom_monitoring.grafana.evaluation.annotations import intervals
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.grid import duration, grid
from whiteroom_monitoring.pager_path import ALERT as PROBE

_FIRING = f'ALERTS{{alertstate="firing",alertname!="{PROBE}"}}'
# How often rules are evaluated unless they say otherwise.
_EVALUATION_S = 15
_WINDOWS, _MOST_WINDOWS = 5000, 100
# How long a series counts as there that has no new sample and no end.
_LOOKBACK_S = 300

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
    # Rules that are evaluated more rarely than the windows follow each other fire in between, too.
    present = f"last_over_time({_FIRING}[{duration(windows.step)}]) or {_FIRING}"
    streams = sources.prometheus.range(present, windows.start, windows.end, windows.step)
    fires = {_labels(one) for one in sources.prometheus.instant(_FIRING, windows.end)}
    runs = [
        (begin, stop, _labels(stream))
        for stream in streams
        for begin, stop in intervals(stream.times, windows.step)
    ]
    samples = _Samples(sources, windows.step)
    firing: list[FiringInterval] = []
    for begin, stop, labels in sorted(runs, reverse=True):
        lasts = labels in fires and stop == windows.end
        start, end = samples.first(begin, labels), None if lasts else samples.last(stop, labels)
        if end is None or end >= time_range.start:
            firing.append(_interval(sources, labels, max(start, time_range.start), end))
    return sorted(firing, key=lambda interval: (-interval.start, interval.name))


class _Samples:
    """The times of the samples in the windows where alerts begin and end.

    Beyond the ``_MOST_WINDOWS`` that are asked for first, the end of a window is taken.
    """

    def __init__(self, sources: DataSources, step: float) -> None:
        self._sources, self._step = sources, step
        self._times: dict[float, dict[_Labels, Sequence[float]]] = {}

    def first(self, end: float, labels: _Labels) -> float:
        """Return the first sample of an alert in the window that ends then."""
        return next((t for t in self._until(end, labels) if t > end - self._step), end)

    def last(self, end: float, labels: _Labels) -> float:
        """Return the last sample of an alert before the end of a window."""
        return (end, *self._until(end, labels))[-1]

    def _until(self, end: float, labels: _Labels) -> Sequence[float]:
        if end not in self._times:
            if len(self._times) >= _MOST_WINDOWS:
                return ()
            expression = f"{_FIRING}[{duration(self._step + _LOOKBACK_S)}]"
            streams = self._sources.prometheus.instant(expression, end)
            self._times[end] = {_labels(stream): stream.times for stream in streams}
        return self._times[end].get(labels, ())


def _labels(stream: SampleStream) -> _Labels:
    return tuple(sorted(p for p in stream.labels.items() if p[0] not in ("__name__", "alertstate")))


def _interval(
    sources: DataSources, labels: _Labels, start: float, end: float | None
) -> FiringInterval:
    by_name = dict(labels)
    priority = sources.alerts.priority(by_name)
    return FiringInterval(by_name.get("alertname", ""), by_name, priority, start, end)

"""Runs the queries of a panel: over a range or of one moment, as series or as a table."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whiteroom_monitoring.datasources.loki import LogLine
from whiteroom_monitoring.datasources.prometheus import SampleStream
from whiteroom_monitoring.datasources.registry import DataSources
from whiteroom_monitoring.grafana.frames import (
    Cell,
    Column,
    Lines,
    Logs,
    Series,
    Table,
    Value,
)
from whiteroom_monitoring.grafana.interpolation import Scope
from whiteroom_monitoring.grafana.time_range import Grid, TimeRange

FORMATS = ("time_series", "table", "heatmap")
_LABEL = re.compile(r"\{\{\s*(.+?)\s*\}\}")
_AUTOMATIC = "__auto"

Target = Mapping[str, Any]
# Runs tasks at once, and returns their results in order.
Together = Callable[[Sequence[Callable[[], list[SampleStream]]]], list[list[SampleStream]]]


def one_by_one(tasks: Sequence[Callable[[], list[SampleStream]]]) -> list[list[SampleStream]]:
    """Run tasks one after the other."""
    return [task() for task in tasks]


@dataclass(frozen=True)
class Asking:
    """What a panel's queries need: sources, names, range and moments."""

    sources: DataSources
    scope: Scope
    when: TimeRange
    grid: Grid
    together: Together = one_by_one


def lines(targets: Sequence[Target], asking: Asking) -> Lines:
    """Return series of all queries; of queries of one moment alone, frames of one moment."""
    over_time = any(not _is_instant(target) for target in targets)
    times = asking.grid.times() if over_time else [asking.when.end]
    found = []
    for target, samples in zip(targets, _ran(targets, asking), strict=True):
        for sample in samples:
            name = series_name(target, sample.labels, asking.scope)
            if _is_instant(target):
                # The value of one moment, beside series over time, is the last one.
                values = [None] * (len(times) - 1) + _known(sample)[-1:]
            else:
                values = _placed(sample, asking.grid)
            found.append(Series(str(target.get("refId", "")), name, sample.labels, values))
    return Lines(times, tuple(found))


def _known(sample: SampleStream) -> list[Value]:
    return [None if math.isnan(value) else value for value in sample.values]


def _placed(sample: SampleStream, moments: Grid) -> list[Value]:
    """Return a value for each moment, None where there is none."""
    known = _known(sample)

    def place(time: float) -> int:
        return round((time - moments.start) / moments.step)

    first, last = place(sample.times[0]), place(sample.times[-1])
    if last - first == len(known) - 1:
        # Without a gap, as nearly all are.
        return [None] * first + known + [None] * (moments.count - 1 - last)
    values: list[Value] = [None] * moments.count
    for time, value in zip(sample.times, known, strict=True):
        values[place(time)] = value
    return values


def tables(targets: Sequence[Target], asking: Asking) -> list[Table]:
    """Return a table for each query, with a column for each label."""
    several = len(targets) > 1
    return [
        _table(target, samples, several)
        for target, samples in zip(targets, _ran(targets, asking), strict=True)
    ]


def logs(targets: Sequence[Target], asking: Asking, limit: int) -> Logs:
    """Return the lines that the queries of Loki find, the newest first."""
    entries: list[LogLine] = []
    for target in targets:
        query = asking.scope.query(str(target.get("expr", "")))
        most = int(target.get("maxLines") or limit)
        entries += asking.sources.loki.lines(query, asking.when.start, asking.when.end, most)
    return Logs(tuple(sorted(entries, key=lambda entry: -entry.time)))


def series_name(target: Target, labels: Mapping[str, str], scope: Scope) -> str:
    """Return the legend of a series: what the query says, else its labels."""
    legend = target.get("legendFormat") or ""
    if legend and legend != _AUTOMATIC:
        return _LABEL.sub(lambda found: labels.get(found[1], ""), scope.text(legend))
    name = labels.get("__name__", "")
    pairs = ", ".join(f'{key}="{text}"' for key, text in labels.items() if key != "__name__")
    return f"{name}{{{pairs}}}" if pairs else name or str(target.get("expr", ""))


def _is_instant(target: Target) -> bool:
    return bool(target.get("instant")) and not target.get("range")


def _ran(targets: Sequence[Target], asking: Asking) -> list[list[SampleStream]]:
    return asking.together([_task(target, asking) for target in targets])


def _task(target: Target, asking: Asking) -> Callable[[], list[SampleStream]]:
    expression = asking.scope.query(str(target.get("expr", "")))
    prometheus, grid = asking.sources.prometheus, asking.grid
    if _is_instant(target):
        return lambda: prometheus.instant(expression, asking.when.end)
    return lambda: prometheus.range(expression, grid.start, grid.end, grid.step)


def _table(target: Target, samples: Sequence[SampleStream], several: bool) -> Table:
    query = str(target.get("refId", ""))
    rows = [
        (sample.labels, time, value)
        for sample in samples
        for time, value in zip(sample.times, sample.values, strict=True)
    ]
    names = sorted({name for labels, _, _ in rows for name in labels})
    times: list[Cell] = [time * 1000 for _, time, _ in rows]
    values: list[Cell] = [None if math.isnan(value) else value for _, _, value in rows]
    return Table(
        (
            Column("Time", "time", times, query),
            *(
                Column(name, "string", [labels.get(name, "") for labels, _, _ in rows], query)
                for name in names
            ),
            Column(f"Value #{query}" if several else "Value", "number", values, query),
        )
    )

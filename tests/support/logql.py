"""Lines in memory, and what queries make of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from whiteroom_monitoring.logs.logql.evaluate.extract import Extractor
from whiteroom_monitoring.logs.logql.evaluate.ranges import Samples
from whiteroom_monitoring.logs.logql.evaluate.run import Times, evaluate
from whiteroom_monitoring.logs.logql.parser import parse, parse_log_query
from whiteroom_monitoring.logs.logql.stages.build import ordered, processes
from whiteroom_monitoring.logs.logql.stages.row import Hints, Labels, Row
from whiteroom_monitoring.logs.logql.syntax import LogQuery

SECOND_NS = 10**9
# Labels of the stream, seconds, the line, structured metadata.
Line = tuple[Mapping[str, str], float, str, Mapping[str, str]]


def through(
    stages: str,
    line: str | bytes,
    labels: Mapping[str, str] | None = None,
    meta: Mapping[str, str] | None = None,
    time_ns: int = 0,
) -> tuple[str, dict[str, str]] | None:
    """Return what stages make of a line and its labels; None when they leave it."""
    steps = processes(ordered(parse_log_query('{a="b"} ' + stages).stages))
    row = Row(labels or {}, Hints())
    row.reset(time_ns, sorted((meta or {}).items()))
    kept: bytes | None = line if isinstance(line, bytes) else line.encode()
    for _, step in steps:
        if kept is None:
            return None
        kept = step(kept, row)
    return None if kept is None else (kept.decode("utf-8", "replace"), row.all())


def numbers(
    query: str, lines: Sequence[Line], start_s: float, end_s: float | None = None, step_s: float = 0
) -> dict[Labels, list[tuple[float, float]]]:
    """Return the series of a query for numbers, with points of seconds and value."""
    metric = parse(query)
    assert not isinstance(metric, LogQuery)

    def read(extractor: Extractor, start_ns: int, end_ns: int) -> dict[Labels, Samples]:
        series: dict[Labels, Samples] = {}
        for labels, time_s, line, meta in lines:
            time_ns = round(time_s * SECOND_NS)
            if not start_ns < time_ns <= end_ns:
                continue
            if not extractor.aggregation.range.query.selects(labels):
                continue
            one = (time_ns, line.encode(), sorted(meta.items()))
            for at, group, value in extractor.samples(labels, iter([one])):
                samples = series.setdefault(group, Samples([], []))
                samples.times.append(at)
                samples.values.append(value)
        return series

    end = start_s if end_s is None else end_s
    times = Times(*(round(one * SECOND_NS) for one in (start_s, end, step_s)))
    found = evaluate(metric, times, read)
    return {
        labels: [(moment / SECOND_NS, value) for moment, value in points]
        for labels, points in found.items()
    }

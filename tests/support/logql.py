"""Lines in memory, and what queries make of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support.logs import NOW_NS, push
from whiteroom_monitoring.logs.limits import Limits
from whiteroom_monitoring.logs.logql.evaluate.run import Times
from whiteroom_monitoring.logs.logql.golang.quoting import quote
from whiteroom_monitoring.logs.logql.parser import parse, parse_log_query
from whiteroom_monitoring.logs.logql.stages import build
from whiteroom_monitoring.logs.logql.stages.build import ordered, processes
from whiteroom_monitoring.logs.logql.stages.row import Hints, Labels, Row
from whiteroom_monitoring.logs.logql.syntax import LogQuery
from whiteroom_monitoring.logs.service import LogService
from whiteroom_monitoring.logs.store.store import LogStore

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
    made = processes(ordered(parse_log_query('{a="b"} ' + stages).stages))
    row = Row(labels or {}, Hints())
    row.reset(time_ns, sorted((meta or {}).items()))
    text = line if isinstance(line, bytes) else line.encode()
    shown = build.through([process for _, process in made], text, row)
    return None if shown is None else (shown.decode("utf-8", "replace"), row.all())


@contextmanager
def stored(lines: Sequence[Line]) -> Iterator[LogService]:
    """Give a service of a store that has the lines, in a folder of its own."""
    limits = Limits(discover_log_levels=False, discover_service_name=False)
    with TemporaryDirectory() as folder:
        store = LogStore(Path(folder) / "logs", limits, lambda: NOW_NS)
        service = LogService(store)
        try:
            streams: dict[str, list[tuple[int, str, Mapping[str, str]]]] = {}
            for labels, time_s, line, meta in lines:
                row = (round(time_s * SECOND_NS), line, meta)
                streams.setdefault(syntax_of(labels), []).append(row)
            for selector, rows in streams.items():
                push(store, rows, selector)
            yield service
        finally:
            service.close()


def syntax_of(labels: Mapping[str, str]) -> str:
    """Return labels as a client pushes them."""
    return "{" + ",".join(f"{name}={quote(value)}" for name, value in labels.items()) + "}"


def numbers(
    query: str,
    lines: Sequence[Line] | LogService,
    start_s: float,
    end_s: float | None = None,
    step_s: float = 0,
) -> dict[Labels, list[tuple[float, float]]]:
    """Return the series of a query for numbers, with points of seconds and value."""
    metric = parse(query)
    assert not isinstance(metric, LogQuery)
    end = start_s if end_s is None else end_s
    times = Times(*(NOW_NS + round(moment * SECOND_NS) for moment in (start_s, end)),
                  round(step_s * SECOND_NS))  # fmt: skip
    with nullcontext(lines) if isinstance(lines, LogService) else stored(lines) as service:
        series = service.numbers("test", metric, times).series
    return {
        labels: [((moment - NOW_NS) / SECOND_NS, value) for moment, value in points]
        for labels, points in series.items()
    }

"""Lines for a log store, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.logql.parser import parse_log_query
from whiteroom_monitoring.logs.metadata import encode
from whiteroom_monitoring.logs.query.entries import Entry
from whiteroom_monitoring.logs.query.entries import entries as read_entries
from whiteroom_monitoring.logs.query.plan import plan
from whiteroom_monitoring.logs.query.reading import Progress
from whiteroom_monitoring.logs.store.admission import PushResult
from whiteroom_monitoring.logs.store.store import LogStore

NOW_NS = 1_800_000_000 * 10**9
EVER = (-(2**63), 2**63 - 1)
Line = tuple[int, str] | tuple[int, str, Mapping[str, str]]


def rows_of(lines: Sequence[Line]) -> _native.Rows:
    """Return rows; a time is in nanoseconds after NOW_NS."""
    rows = _native.Rows()
    for time_ns, line, *meta in lines:
        rows.append(NOW_NS + time_ns, line.encode(), encode(meta[0].items() if meta else ()))
    return rows


def push(store: LogStore, lines: Sequence[Line], labels: str = '{job="x"}') -> PushResult:
    """Push lines of one stream, and wait until they are durable."""
    return store.push([(labels.encode(), rows_of(lines))]).result(20)


def entries(store: LogStore, query: str, limit: int = 10**6, backward: bool = False) -> list[Entry]:
    """Return what a query finds, the oldest first unless ``backward``."""
    planned = plan(store.snapshot(), parse_log_query(query), *EVER)
    return read_entries(planned, limit, backward, Progress())


def texts(
    store: LogStore, query: str = '{job="x"}', limit: int = 10**6, backward: bool = False
) -> list[str]:
    """Return the lines that a query finds."""
    return [entry.line.decode() for entry in entries(store, query, limit, backward)]

"""Rows of LogQL: parsers, counts, rates, quantiles and patterns at the log store's HTTP API.

The peer is DuckDB with one thread, in the same run, on the same lines: in memory, as columns of
time, job, service and line, so that it reads no file. It is asked for the same in SQL.
"""

from __future__ import annotations

import importlib.util
import json
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from benchmarks.report import Row, at_most

duckdb: Any = importlib.import_module("duckdb") if importlib.util.find_spec("duckdb") else None

HOUR_NS, MINUTE_NS = 3600 * 10**9, 60 * 10**9
# A run of the query asks so long, and at least so often.
LEAST_S, LEAST_COUNT = 1.0, 3


@dataclass(frozen=True)
class Line:
    """A line of a stream."""

    job: str
    service: str
    time_ns: int
    text: bytes

    @property
    def labels(self) -> str:
        """The labels of its stream, as a client pushes them."""
        return f'{{job="{self.job}",service="{self.service}"}}'


def lines(count: int, end_ns: int) -> Iterator[Line]:
    """Yield lines of an hour: 28 % of JSON, 28 % of logfmt, the rest of plain text."""
    chosen = random.Random(20261201)
    step_ns = HOUR_NS // count
    for number in range(count):
        some, kind = chosen.getrandbits(64), number % 25
        took_ms = (some >> 8) % 500 if some % 50 else 1000 + (some >> 8) % 4000
        service = f"s{some % 20}"
        if kind < 7:
            job, text = "api", _json_line(some, took_ms)
        elif kind < 14:
            job, text = "worker", _logfmt_line(some, took_ms)
        else:
            job, text = ("kernel", "database")[kind % 2], _text_line(some)
        yield Line(job, service, end_ns - HOUR_NS + number * step_ns, text.encode())


def _json_line(some: int, took_ms: int) -> str:
    status = 500 + some % 4 if some % 64 == 1 else (200, 200, 201, 304, 404)[some % 5]
    return (
        f'{{"level":"{("info", "warn")[some % 9 == 0]}","msg":"request done","method":"GET",'
        f'"path":"/api/songs/{some >> 16 & 0xFFFF}","status":{status},"took":"{took_ms}ms",'
        f'"bytes":{some >> 40},"trace_id":"{some:032x}","remote":"10.0.{some & 255}.7"}}'
    )


def _logfmt_line(some: int, took_ms: int) -> str:
    return (
        f'ts={some >> 20} level={("info", "warn")[some % 9 == 0]} msg="job done" '
        f"queue=export{some % 7} duration={took_ms}ms attempts={some % 3} "
        f"song={some >> 16 & 0xFFFF} trace_id={some:032x}"
    )


def _text_line(some: int) -> str:
    return (
        f"studio{some % 9} usb {some % 7}-{some % 5}: new high-speed USB device number "
        f"{some % 127} using xhci_hcd, idVendor={some % 65536:04x}, "
        f"{'timeout' if some % 10 == 0 else 'ready'} after {some % 1000} us"
    )


@dataclass(frozen=True)
class Query:
    """What is asked of both, and the goal in milliseconds for a million lines."""

    name: str
    logql: str
    goal_ms: float
    sql: str
    step_s: int = 0
    path: str = "query_range"


_QUANTILE = """
    SELECT m, quantile_cont(v, 0.99) FROM (
      SELECT unnest(generate_series(0, 4)) + ceil((t - {start}) / 6e10) AS m,
        regexp_extract(line, '"took":"([0-9]+)ms"', 1)::DOUBLE AS v
      FROM lines WHERE job = 'api') WHERE m <= 60 GROUP BY m"""
_TOPK = """
    SELECT m, service, n FROM (
      SELECT m, service, count(*) AS n, row_number() OVER (PARTITION BY m ORDER BY count(*) DESC) r
      FROM (SELECT unnest(generate_series(0, 4)) + ceil((t - {start}) / 6e10) AS m, service
            FROM lines WHERE job = 'kernel' AND contains(line, 'timeout'))
      WHERE m <= 60 GROUP BY m, service) WHERE r <= 10"""
QUERIES = (
    Query(
        "json, status >= 500",
        '{job="api"} | json | status >= 500',
        300,
        "SELECT t, line FROM lines WHERE job = 'api' "
        "AND CAST(json_extract(line, '$.status') AS INT) >= 500 ORDER BY t DESC LIMIT 5000",
    ),
    Query(
        "logfmt, duration > 1s",
        '{job="worker"} | logfmt | duration > 1s',
        400,
        "SELECT t, line FROM lines WHERE job = 'worker' AND "
        "regexp_extract(line, ' duration=([0-9]+)ms', 1)::INT > 1000 ORDER BY t DESC LIMIT 5000",
    ),
    Query(
        "counts per job and minute",
        'sum by (job) (count_over_time({job=~".+"}[1m]))',
        30,
        "SELECT job, ceil((t - {start}) / 6e10) AS m, count(*) FROM lines GROUP BY ALL",
        60,
    ),
    Query(
        "topk of rates of a text by service",
        'topk(10, sum by (service) (rate({job="kernel"} |= "timeout" [5m])))',
        200,
        _TOPK,
        60,
    ),
    Query(
        "quantile of an unwrapped value",
        'quantile_over_time(0.99, {job="api"} | json | unwrap duration(took) [5m]) by (job)',
        500,
        _QUANTILE,
        60,
    ),
    Query(
        "patterns of a job",
        '{job="api"}',
        1000,
        "SELECT regexp_replace(line, '[A-Za-z_-]*[0-9][0-9A-Za-z_.:+%-]*', '<_>', 'g') p, count(*) "
        "FROM lines WHERE job = 'api' GROUP BY p",
        60,
        "patterns",
    ),
)  # fmt: skip


class Peer:
    """DuckDB with the lines in memory."""

    def __init__(self, rows: Iterator[Line], start_ns: int) -> None:
        self._start_ns = start_ns
        self._connection = duckdb.connect(config={"threads": 1})
        self._connection.execute("CREATE TABLE lines (t BIGINT, job TEXT, service TEXT, line TEXT)")
        self._load(rows)

    def _load(self, rows: Iterator[Line]) -> None:
        batch: list[tuple[int, str, str, str]] = []
        for row in rows:
            batch.append((row.time_ns, row.job, row.service, row.text.decode()))
            if len(batch) == 50_000:
                self._insert(batch)
                batch = []
        self._insert(batch)

    def _insert(self, batch: list[tuple[int, str, str, str]]) -> None:
        if batch:
            columns = [list(column) for column in zip(*batch, strict=True)]
            sql = "INSERT INTO lines SELECT unnest(?), unnest(?), unnest(?), unnest(?)"
            self._connection.execute(sql, columns)

    def cpu_ms(self, sql: str) -> float:
        """Return the least processor time of a query, of three."""
        return min(self._once(sql) for _ in range(3)) * 1000

    def _once(self, sql: str) -> float:
        began = time.process_time()
        self._connection.execute(sql.format(start=self._start_ns)).fetchall()
        return time.process_time() - began


@dataclass(frozen=True)
class Asked:
    """A store: how it is asked (method and path), its processor time, the time of its lines."""

    ask: Callable[[str, str], bytes]
    cpu_s: Callable[[], float]
    times: tuple[int, int]


def measured(store: Asked, peer: Peer | None, scale: float) -> Iterator[Row]:
    """Yield a row for each query."""
    for query in QUERIES:
        path = f"/loki/api/v1/{query.path}?{urlencode(_parameters(query, store.times))}"
        content: dict[str, Any] = json.loads(store.ask("GET", path))
        if not (content["data"]["result"] if query.path == "query_range" else content["data"]):
            raise RuntimeError(f"{query.logql}: no answer")
        ours = _cpu_ms(store, path)
        theirs = peer.cpu_ms(query.sql) if peer else None
        row = at_most(f"{query.name}, CPU", "ms", ours, query.goal_ms * scale)
        yield Row(
            row.name, row.unit, ours, row.goal, row.met, theirs, ours / theirs if theirs else None
        )


def _parameters(query: Query, times: tuple[int, int]) -> dict[str, object]:
    parameters = {"query": query.logql, "start": times[0], "end": times[1], "limit": 5000}
    # A range is open at its begin: the first moment would be of lines before the hour.
    start = times[0] + MINUTE_NS if query.step_s and query.path == "query_range" else times[0]
    return {**parameters, "start": start, **({"step": query.step_s} if query.step_s else {})}


def _cpu_ms(store: Asked, path: str) -> float:
    began, until, count = store.cpu_s(), time.monotonic() + LEAST_S, 0
    while time.monotonic() < until or count < LEAST_COUNT:
        store.ask("GET", path)
        count += 1
    return (store.cpu_s() - began) / count * 1000

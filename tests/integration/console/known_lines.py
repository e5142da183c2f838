"""Lines of all sources, as the shipper stores them: the same ones wherever they are looked at."""

from __future__ import annotations

import json
from dataclasses import dataclass

from tests.support.log_store import RunningStore

SECOND_NS = 10**9
TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
DROPOUT = "6b1f00dc00000007"
# Beside the one with the dropout, the engine says so many things, a second apart.
ENGINE_LINES = 700


@dataclass(frozen=True)
class KnownLines:
    """When the dropout began, in nanoseconds since 1970, and how many lines there are."""

    dropout_ns: int
    count: int


def _json(**fields: object) -> str:
    return json.dumps(fields)


def push(store: RunningStore, now_ns: int) -> KnownLines:
    """Store the lines: ten minutes of the engine, a dropout, and what else happened then."""
    at = (now_ns // SECOND_NS - 300) * SECOND_NS + 123_456_789
    count = 0

    def lines(labels: dict[str, str], values: list[list[object]]) -> None:
        nonlocal count
        assert store.push({"environment": "test", **labels}, values) == 204
        count += len(values)

    lines(
        {"job": "engine", "service": "engine", "level": "info"},
        [
            [str(at - n * SECOND_NS), _json(level="info", message=f"Song {n} with 8 channels")]
            for n in range(1, ENGINE_LINES + 1)
        ],
    )
    dropout = _json(
        level="warn",
        message="Sound dropped out (over_budget), 0.012 s lost so far; reverb took longest",
        event="dropout_began",
        dropout_id=DROPOUT,
        cause="over_budget",
        plugin="reverb",
    )
    lines(
        {"job": "engine", "service": "engine", "level": "warn"},
        [[str(at), dropout, {"dropout_id": DROPOUT}]],
    )
    request = _json(level="error", message="Saving failed", trace_id=TRACE, status=503)
    lines(
        {"job": "backend", "service": "backend", "level": "error"},
        [[str(at + 20_000_000), request, {"trace_id": TRACE}]],
    )
    lines(
        {"job": "frontend", "service": "frontend", "level": "warn"},
        [[str(at + 30_000_000), _json(level="warn", message="A frame was drawn 0.021 s late")]],
    )
    access = _json(request="PUT /songs/7", status=503, request_id="r-1", duration=0.31)
    lines(
        {"job": "nginx-access", "service": "web"},
        [[str(at + 40_000_000), access, {"request_id": "r-1"}]],
    )
    statement = "2026-01-01 12:00:00.000 UTC [7] LOG:  duration: 290.1 ms  statement: COMMIT"
    lines(
        {"job": "postgresql", "service": "database", "level": "info"},
        [[str(at - 60_000_000), statement]],
    )
    lines(
        {"job": "syslog", "service": "kernel", "level": "warning"},
        [[str(at - 50_000_000), "usb 3-2: reset high-speed USB device number 4"]],
    )
    lines(
        {"job": "journal", "service": "rtkit-daemon", "level": "notice"},
        [[str(at - 40_000_000), "Supervising 3 threads of 1 processes of 1 users."]],
    )
    lines(
        {"job": "containers", "service": "plugin-host"},
        [[str(at + 60_000_000), 'ts=1 level=error msg="worker 3 took 41 ms" worker=3']],
    )
    lines(
        {"job": "canary", "service": "engine", "level": "debug"},
        [[str(at), f"whiteroom-canary engine {at}"]],
    )
    return KnownLines(at, count - 1)

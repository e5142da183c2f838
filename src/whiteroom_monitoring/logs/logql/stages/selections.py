"""The stages drop and keep."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from whiteroom_monitoring.logs.logql.stages.row import DETAILS, ERROR, SPECIAL, Row
from whiteroom_monitoring.logs.logql.syntax import Matcher

Process = Callable[[bytes, Row], bytes | None]


def drop(labels: Sequence[str | Matcher]) -> Process:
    """Return what removes labels."""
    steps = [_drop_value(one) if isinstance(one, Matcher) else _drop_name(one) for one in labels]

    def process(line: bytes, row: Row) -> bytes:
        for step in steps:
            step(row)
        return line

    return process


def _drop_name(name: str) -> Callable[[Row], None]:
    def step(row: Row) -> None:
        if name == ERROR:
            row.error = ""
        elif name == DETAILS:
            row.details = ""
        elif row.get(name) is not None:
            row.delete(name)

    return step


def _drop_value(matcher: Matcher) -> Callable[[Row], None]:
    test, name = matcher.matches, matcher.name

    def step(row: Row) -> None:
        if name == ERROR:
            row.error = "" if test(row.error) else row.error
        elif name == DETAILS:
            row.details = "" if test(row.details) else row.details
        elif test(row.get(name) or ""):
            row.delete(name)

    return step


def keep(labels: Sequence[str | Matcher]) -> Process:
    """Return what removes all other labels."""
    names = {one for one in labels if isinstance(one, str)}
    tests = [(one.name, one.matches) for one in labels if isinstance(one, Matcher)]

    def process(line: bytes, row: Row) -> bytes:
        for name, value in row.all().items():
            if name in names or name in SPECIAL:
                continue
            if not any(name == own and test(value) for own, test in tests):
                row.delete(name)
        return line

    return process

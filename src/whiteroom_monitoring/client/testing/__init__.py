"""Tests of what an application records: this code increments that metric by one, with these labels.

With pytest, take the fixture of ``testing.pytest_plugin``; elsewhere, the same by ``with``:

>>> from whiteroom_monitoring.client.generated import business
>>> with recorded_metrics() as recorded:
...     business.feature_usage_total.inc(feature="mixer")
...     recorded.assert_increased(business.feature_usage_total, feature="mixer")
...     recorded.assert_nothing_else()

Nothing has to be prepared, and no test reaches the machine's own segments: a process that prepares
itself meanwhile does so in a folder that is removed.
"""

from __future__ import annotations

import contextlib
import math
import os
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

from whiteroom_monitoring import client
from whiteroom_monitoring.client import _native, generated
from whiteroom_monitoring.client.families import Family
from whiteroom_monitoring.client.testing.changes import Change, Labels, State, changes_between

_SEGMENTS = "WHITEROOM_SEGMENTS"
_MEMORY = Path("/dev/shm")
_MOST_SHOWN = 20


class RecordedMetrics:
    """What this process has recorded since the test began. A failure says what changed instead."""

    def __init__(self) -> None:
        self._asserted: set[tuple[str, Labels]] = set()
        self._before: State = {}
        self.forget()

    def forget(self) -> None:
        """Begin anew: what was recorded until now is not looked at any more."""
        self._asserted.clear()
        self._before = _state(_known_metrics())

    def changes(self) -> list[Change]:
        """Return every series that has changed, by name and labels."""
        return changes_between(self._before, _state(_known_metrics()))

    def assert_increased(self, metric: _native.Metric, by: float = 1, /, **labels: str) -> None:
        """A counter, or a gauge that counts up and down, has risen by exactly so much."""
        change = self._change(metric, ("counter", "gauge"), labels)
        expected = f"to increase by {_text(by)}"
        self._check(_close(change.difference(0), by), change, expected)

    def assert_observed(
        self, metric: _native.Metric, count: int = 1, /, total: float | None = None, **labels: str
    ) -> None:
        """A histogram or summary has so many observations more, and ``total`` is their sum."""
        change = self._change(metric, ("histogram", "summary"), labels)
        expected = f"{count} observation{'s' * (count != 1)}"
        holds = change.observations() == count
        if total is not None:
            expected += f" with the sum {_text(total)}"
            holds = holds and _close(change.difference(-1), total)
        self._check(holds, change, expected)

    def assert_set(self, metric: _native.Metric, value: float, /, **labels: str) -> None:
        """A gauge has this value."""
        change = self._change(metric, ("gauge",), labels)
        holds = bool(change.after) and _close(change.after[0], value)
        self._check(holds, change, f"the value {_text(value)}")

    def assert_stated(self, metric: _native.Metric, /, **labels: str) -> None:
        """An info states this fact."""
        change = self._change(metric, ("info",), labels)
        self._check(bool(change.after), change, "to be stated")

    def assert_unchanged(self, *metrics: _native.Metric) -> None:
        """Nothing was recorded into any series of these metrics."""
        names = {metric.name for metric in metrics}
        changed = [change for change in self.changes() if change.name in names]
        if changed:
            raise AssertionError(f"expected no change, found:\n{_lines(changed)}")

    def assert_nothing_else(self) -> None:
        """Nothing was recorded but what the test has asserted."""
        others = [change for change in self.changes() if change.key not in self._asserted]
        if others:
            raise AssertionError(f"expected no other change, found:\n{_lines(others)}")

    def _change(
        self, metric: _native.Metric, types: tuple[str, ...], labels: dict[str, str]
    ) -> Change:
        """Return the change of one series. Raises TypeError for another type or other labels."""
        name, kind, _, _, expected, _, _ = _native.recorded(metric)
        if kind not in types:
            raise TypeError(f"{name}: is a {kind}, expected a {' or '.join(types)}")
        if set(labels) != set(expected):
            words = ", ".join(expected) or "no labels"
            raise TypeError(f"{name}: found the labels {sorted(labels)}, expected {words}")
        key = name, tuple((label, labels[label]) for label in expected)
        self._asserted.add(key)
        return Change.of(kind, key, self._before, _state([metric]))

    def _check(self, holds: bool, change: Change, expected: str) -> None:
        if holds:
            return
        others = [other for other in self.changes() if other.key != change.key]
        instead = f"what changed instead:\n{_lines(others)}" if others else "nothing else changed"
        raise AssertionError(f"{change.series}: expected {expected}, found {change}\n{instead}")


@contextlib.contextmanager
def recorded_metrics() -> Iterator[RecordedMetrics]:
    """Yield what is recorded from now on in this process, which needs no preparation.

    What was recorded before is forgotten, unless the process is prepared. A process that prepares
    itself within the block does so in a folder of its own, and is closed after it.
    """
    folder = tempfile.mkdtemp(prefix="whiteroom-test-", dir=_MEMORY if _MEMORY.is_dir() else None)
    before, program = os.environ.get(_SEGMENTS), client.program()
    os.environ[_SEGMENTS] = folder
    for metric in _known_metrics():
        _native.forget(metric)
    try:
        yield RecordedMetrics()
    finally:
        if client.program() != program:
            client.close()
        if before is None:
            del os.environ[_SEGMENTS]
        else:
            os.environ[_SEGMENTS] = before
        shutil.rmtree(folder, ignore_errors=True)


def _known_metrics() -> Iterator[_native.Metric]:
    """Yield the metrics of every domain that was imported; no other can have been recorded."""
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{generated.__name__}."):
            yield from module.METRICS


def _state(metrics: Iterable[_native.Metric]) -> State:
    families = [Family.of(_native.recorded(metric)) for metric in metrics]
    return {
        (family.name, series.labels): (family.type, series.values)
        for family in families
        for series in family.series
    }


def _close(actual: float, expected: float) -> bool:
    return math.isclose(actual, expected, rel_tol=1e-9, abs_tol=1e-9)


def _text(value: float) -> str:
    return _native.double_text(float(value))


def _lines(changes: list[Change]) -> str:
    lines = [f"  {change.series} {change}" for change in changes[:_MOST_SHOWN]]
    if len(changes) > _MOST_SHOWN:
        lines.append(f"  ... and {len(changes) - _MOST_SHOWN} more")
    return "\n".join(lines)

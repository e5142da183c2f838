"""Probes of dashboards: every query of every panel has the data that its panel expects."""

from __future__ import annotations

import math
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from whiteroom_monitoring.dashboards import expectation
from whiteroom_monitoring.dashboards.expectation import Expectation, Expected
from whiteroom_monitoring.deploy import access
from whiteroom_monitoring.diagnostics import Check, CheckFailed, Diagnostic, Thing
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluated, Evaluator
from whiteroom_monitoring.grafana.evaluation.frames import Data, Frames, Lines, Table
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.library import read
from whiteroom_monitoring.probes.stack import Stack, probe
from whiteroom_monitoring.project.model import Project

# How far panels look back. What was wrong before that is over.
RANGE_S = 300
# Where there are more mismatches, the first ones say enough.
MOST_MISMATCHES = 5
_METRIC = re.compile(r"\w+_\w+")


def mismatch(expected: Expected, values: Sequence[float]) -> str | None:
    """Return what is wrong with the newest ``values`` of a query, None when nothing is.

    >>> mismatch(Expected.ZERO, [0.0, 2.0])
    'found 2, expected 0'
    """
    if expected is Expected.EMPTY:
        return f"found {len(values)} series, expected none" if values else None
    if not values:
        return "found no data"
    wrong = [value for value in values if value != 0]
    if expected is Expected.ZERO and wrong:
        return f"found {wrong[0]:g}, expected 0"
    return None


def numbers(data: Data, query: str) -> list[float]:
    """Return the newest number of each series of ``query``, or what it put into a table.

    A table that shows only labels counts by its rows.
    """
    if isinstance(data, Lines):
        values_of = [_of(series.values) for series in data.series if series.query == query]
        return [values[-1] for values in values_of if values]
    if isinstance(data, Frames):
        return [number for table in data.tables for number in _in_table(table, query)]
    return _in_table(data, query) if isinstance(data, Table) else []


def _in_table(table: Table, query: str) -> list[float]:
    columns = [column for column in table.columns if column.kind == "number"]
    cells = [cell for column in columns if column.query == query for cell in _of(column.cells)]
    return cells if columns else [1.0] * table.height


def _of(cells: Sequence[object]) -> list[float]:
    return [cell for cell in cells if isinstance(cell, float) and not math.isnan(cell)]


def panel_mismatches(evaluated: Evaluated, expected: Expectation | None) -> Iterator[str]:
    """Yield what a panel shows otherwise than ``expected``; None expects no metrics of it."""
    if evaluated.data is None:
        yield evaluated.notice or evaluated.problem
    elif expected is not None:
        for query in evaluated.queries:
            if problem := mismatch(expected.expect, numbers(evaluated.data, query)):
                yield f"query {query}: {problem}"


class _Inspection:
    """A look at every panel of one dashboard."""

    def __init__(self, stack: Stack, path: Path) -> None:
        self._stack = stack
        self._dashboard = read(path)
        promises = expectation.load_if_any(stack.project.files.grafana)
        # Who declares nothing expects data.
        self._undeclared = None if promises else Expectation(Expected.DATA)
        self._promises = promises.get(self._dashboard.uid, {})
        self.seen: Counter[str] = Counter()

    def mismatches(self) -> Iterator[Diagnostic]:
        """Yield what is wrong with each panel, and count what was ``seen``."""
        sources = access.data_sources(self._stack.paths, self._stack.project.alerts)
        evaluator = Evaluator(sources)
        now = time.time()
        view = evaluator.view(self._dashboard, TimeRange(now - RANGE_S, now))
        for panel in self._dashboard.panels():
            undeclared = self._undeclared if panel.queries else None
            expected = self._promises.get(panel.id, undeclared)
            if not self._is_due(expected):
                continue
            for problem in panel_mismatches(evaluator.panel(view, panel), expected):
                panel_place = Thing("panel", f"{self._dashboard.slug} {panel.id}")
                yield Diagnostic(panel_place, problem, about=panel.title)

    def _is_due(self, expected: Expectation | None) -> bool:
        missing = self._missing(expected) if expected else None
        kind = f"with {expected.expect}" if expected else "of alerts"
        self.seen[f"without {missing}" if missing else kind] += 1
        return missing is None

    def _missing(self, expected: Expectation) -> str | None:
        """Return what is not there yet, and without which the panel is empty."""
        if expected.needs and expected.needs not in self._stack.jobs:
            return expected.needs
        if expected.waits_for and not self._stack.prometheus.query(expected.waits_for):
            metric = _METRIC.search(expected.waits_for)
            return metric[0] if metric else expected.waits_for
        return None


def of_dashboards(project: Project) -> list[Check[Stack]]:
    """Return a probe for each dashboard of the project."""
    return [_of_dashboard(path) for path in sorted(project.files.dashboards.glob("*.json"))]


def _of_dashboard(path: Path) -> Check[Stack]:
    title = path.stem.replace("-", " ").title()

    @probe(f"panels.{path.stem}", "panels", f"what each panel of {title} shows in a healthy system")
    def panels(stack: Stack) -> str:
        inspection = _Inspection(stack, path)
        mismatches = list(inspection.mismatches())
        if mismatches:
            raise CheckFailed(_summary(mismatches), mismatches)
        return ", ".join(f"{count} {outcome}" for outcome, count in sorted(inspection.seen.items()))

    return panels


def _summary(mismatches: Sequence[Diagnostic]) -> str:
    hidden = len(mismatches) - MOST_MISMATCHES
    texts = [f"{mismatch.place}: {mismatch.problem}" for mismatch in mismatches[:MOST_MISMATCHES]]
    return "; ".join([*texts, f"and {hidden} more"] if hidden > 0 else texts)

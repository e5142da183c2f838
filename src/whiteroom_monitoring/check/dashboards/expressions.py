"""Every expression parses, and names only metrics, labels and functions that fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whiteroom_monitoring.check.dashboards.files import DashboardFile
from whiteroom_monitoring.check.expressions import findings
from whiteroom_monitoring.check.known import Known
from whiteroom_monitoring.errors import Fault


def faults(dashboards: Iterable[DashboardFile], known: Known) -> Iterator[Fault]:
    """Yield what is wrong in the expressions of panels and annotations."""
    for dashboard in dashboards:
        for query in dashboard.queries:
            if query.parsed is None:
                yield query.fault("", f"not PromQL: {query.text}", "correct the expression")
                continue
            for found in findings(query.parsed, known):
                yield query.fault(found.word, found.problem, found.advice)

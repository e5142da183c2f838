"""Every expression parses, and names only metrics, labels and functions that fit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whiteroom_monitoring.diagnostics import Diagnostic
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.promql.series import Known
from whiteroom_monitoring.promql.validate import findings


def diagnostics(dashboards: Iterable[DashboardFile], known: Known) -> Iterator[Diagnostic]:
    """Yield what is wrong in the expressions of panels and annotations."""
    for dashboard in dashboards:
        for query in dashboard.queries:
            if query.parsed is None:
                yield query.diagnostic("", f"not PromQL: {query.text}", "correct the expression")
                continue
            for found in findings(query.parsed, known):
                yield query.diagnostic(found.word, found.problem, found.remedy)

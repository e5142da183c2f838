"""Every panel with queries says what it shows in a healthy system, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from whiteroom_monitoring.dashboards.expectation import FILE, load
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, FilePlace
from whiteroom_monitoring.lint.dashboards.files import DashboardFile


def diagnostics(dashboards: Iterable[DashboardFile], folder: Path) -> Iterator[Diagnostic]:
    """Yield panels without an expectation, and expectations without a panel."""
    try:
        declared = load(folder)
    except DiagnosticsError as error:
        yield from error.diagnostics
        return
    left: set[tuple[str, Any]] = {
        (uid, number) for uid, panels in declared.items() for number in panels
    }
    for dashboard in dashboards:
        for pointer, panel in dashboard.panels():
            name = (str(dashboard.data.get("uid")), panel.get("id"))
            if panel.get("targets") and name not in left:
                problem = "nothing says what it shows in a healthy system"
                yield dashboard.diagnostic(pointer, problem, "run `whiteroom generate`")
            left.discard(name)
    for uid, number in sorted(left):
        problem = f"an expectation of panel {number} of {uid}, which does not exist"
        yield Diagnostic(FilePlace(folder / FILE), problem, "run `whiteroom generate`")

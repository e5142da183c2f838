"""Every panel with queries says what it shows in a healthy system, and nothing else does."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from whiteroom_monitoring.dashboards.expectations import FILE, load
from whiteroom_monitoring.errors import Fault, FaultyFilesError
from whiteroom_monitoring.lint.dashboards.files import DashboardFile


def faults(dashboards: Iterable[DashboardFile], folder: Path) -> Iterator[Fault]:
    """Yield panels without an expectation, and expectations without a panel."""
    try:
        declared = load(folder)
    except FaultyFilesError as error:
        yield from error.faults
        return
    left: set[tuple[str, Any]] = {
        (uid, number) for uid, panels in declared.items() for number in panels
    }
    for dashboard in dashboards:
        for pointer, panel in dashboard.panels():
            name = (str(dashboard.data.get("uid")), panel.get("id"))
            if panel.get("targets") and name not in left:
                problem = "nothing says what it shows in a healthy system"
                yield dashboard.fault(pointer, problem, "run `whiteroom generate`")
            left.discard(name)
    for uid, number in sorted(left):
        problem = f"an expectation of panel {number} of {uid}, which does not exist"
        yield Fault(folder / FILE, 0, 0, problem, "run `whiteroom generate`")

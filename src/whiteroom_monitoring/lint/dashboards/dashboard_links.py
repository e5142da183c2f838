"""Links lead somewhere: to a dashboard of the set, or to a runbook that exists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from whiteroom_monitoring.catalogue.document import Pointer
from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.dashboards.files import DashboardFile
from whiteroom_monitoring.lint.workspace import Workspace

_DASHBOARD = re.compile(r"/d/([\w-]+)/([\w-]+)")
_RUNBOOK = re.compile(r"\$\{runbooks\}(\w+\.md)")


@check("dashboard-links", "dashboards", "dashboards and runbooks that exist")
def dashboard_links(workspace: Workspace) -> str:
    """No link leads nowhere."""
    return require_none(
        diagnostics(workspace.dashboards, workspace.runbooks), workspace.seen_panels
    )


def diagnostics(dashboards: Iterable[DashboardFile], runbooks: Path) -> Iterator[Diagnostic]:
    """Yield links that lead nowhere, and dashboards that don't link to all others."""
    files = list(dashboards)
    addresses = {_address(file): file.dashboard.uid for file in files}
    names = {path.name for path in runbooks.glob("*.md")}
    for file in files:
        linked = set()
        for pointer, url in _links(file):
            if match := _DASHBOARD.fullmatch(url):
                linked.add(match[0])
                if match[0] not in addresses:
                    remedy = did_you_mean(match[0], addresses)
                    yield file.diagnostic(pointer, f"no dashboard is at {url}", remedy)
            elif match := _RUNBOOK.fullmatch(url):
                if match[1] not in names:
                    problem = f"there is no runbook {match[1]}"
                    yield file.diagnostic(pointer, problem, did_you_mean(match[1], names))
            else:
                remedy = "/d/UID/SLUG or ${runbooks}ALERT.md"
                expected = "a dashboard or a runbook"
                yield file.diagnostic(pointer, f"a link to {url}", remedy, expected)
        for address in sorted(addresses.keys() - linked - {_address(file)}):
            yield file.diagnostic(("links",), f"no link leads to {addresses[address]}", "add one")


def _address(file: DashboardFile) -> str:
    return f"/d/{file.dashboard.uid}/{file.path.stem}"


def _links(file: DashboardFile) -> Iterator[tuple[Pointer, str]]:
    for link in file.dashboard.links:
        yield (*link.pointer, "url"), link.url
    for panel in file.panels():
        for link in panel.links:
            yield (*panel.pointer, *link.pointer, "url"), link.url

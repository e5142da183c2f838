"""Links lead somewhere: to a dashboard of the set, or to a runbook that exists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from whiteroom_monitoring.catalogue.document import Pointer
from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.diagnostics import Diagnostic
from whiteroom_monitoring.lint.dashboards.files import DashboardFile

_DASHBOARD = re.compile(r"/d/([\w-]+)/([\w-]+)")
_RUNBOOK = re.compile(r"\$\{repository\}infrastructure/monitoring/runbooks/(\w+\.md)")


def diagnostics(dashboards: Iterable[DashboardFile], runbooks: Path) -> Iterator[Diagnostic]:
    """Yield links that lead nowhere, and dashboards that don't link to all others."""
    files = list(dashboards)
    addresses = {_address(file): str(file.data.get("uid")) for file in files}
    names = {path.name for path in runbooks.glob("*.md")}
    for file in files:
        linked = set()
        for pointer, url in _links(file):
            if found := _DASHBOARD.fullmatch(url):
                linked.add(found[0])
                if found[0] not in addresses:
                    remedy = did_you_mean(found[0], addresses)
                    yield file.diagnostic(pointer, f"no dashboard is at {url}", remedy)
            elif found := _RUNBOOK.fullmatch(url):
                if found[1] not in names:
                    problem = f"there is no runbook {found[1]}"
                    yield file.diagnostic(pointer, problem, did_you_mean(found[1], names))
            else:
                problem = f"found a link to {url}, expected a dashboard or a runbook"
                yield file.diagnostic(pointer, problem, "/d/UID/SLUG or ${repository}...")
        for address in sorted(addresses.keys() - linked - {_address(file)}):
            yield file.diagnostic(("links",), f"no link leads to {addresses[address]}", "add one")


def _address(file: DashboardFile) -> str:
    return f"/d/{file.data.get('uid')}/{file.path.stem}"


def _links(file: DashboardFile) -> Iterator[tuple[Pointer, str]]:
    owners: list[Pointer] = [("links",), *((*at, "links") for at, _ in file.panels())]
    for owner in owners:
        for pointer, link in file.mappings(owner):
            yield (*pointer, "url"), str(link.get("url"))

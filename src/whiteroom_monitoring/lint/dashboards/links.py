"""Links lead somewhere: to a dashboard of the set, or to a runbook that exists."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from whiteroom_monitoring.catalogue.document import Pointer
from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.errors import Fault
from whiteroom_monitoring.lint.dashboards.files import DashboardFile

_DASHBOARD = re.compile(r"/d/([\w-]+)/([\w-]+)")
_RUNBOOK = re.compile(r"\$\{repository\}infrastructure/monitoring/runbooks/(\w+\.md)")


def faults(dashboards: Iterable[DashboardFile], runbooks: Path) -> Iterator[Fault]:
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
                    advice = did_you_mean(found[0], addresses)
                    yield file.fault(pointer, f"no dashboard is at {url}", advice)
            elif found := _RUNBOOK.fullmatch(url):
                if found[1] not in names:
                    problem = f"there is no runbook {found[1]}"
                    yield file.fault(pointer, problem, did_you_mean(found[1], names))
            else:
                problem = f"found a link to {url}, expected a dashboard or a runbook"
                yield file.fault(pointer, problem, "/d/UID/SLUG or ${repository}...")
        for address in sorted(addresses.keys() - linked - {_address(file)}):
            yield file.fault(("links",), f"no link leads to {addresses[address]}", "add one")


def _address(file: DashboardFile) -> str:
    return f"/d/{file.data.get('uid')}/{file.path.stem}"


def _links(file: DashboardFile) -> Iterator[tuple[Pointer, str]]:
    owners: list[Pointer] = [("links",), *((*at, "links") for at, _ in file.panels())]
    for owner in owners:
        for pointer, link in file.mappings(owner):
            yield (*pointer, "url"), str(link.get("url"))

"""Links of panels, cells and dashboards: filled in, harmless, and to our own runbooks."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from whiteroom_monitoring.grafana.errors import UnsupportedError
from whiteroom_monitoring.grafana.interpolation import Scope

_RUNBOOK = re.compile(r"infrastructure/monitoring/runbooks/(\w+)\.md$")


def follow(scope: Scope) -> Callable[[Mapping[str, Any]], dict[str, Any] | None]:
    """Return a function that makes a link of a panel or a dashboard one that can be followed."""

    def of_one(link: Mapping[str, Any]) -> dict[str, Any] | None:
        url = own_runbook(text(scope, link.get("url")))
        if not is_harmless(url):
            return None
        keeps = {"time": bool(link.get("keepTime")), "variables": bool(link.get("includeVars"))}
        blank = bool(link.get("targetBlank"))
        return {"title": text(scope, link.get("title")), "url": url, "blank": blank, **keeps}

    return of_one


def own_runbook(url: str) -> str:
    """Return the console's own page for a link to a runbook, which is there without a network.

    >>> own_runbook("https://git.example/infrastructure/monitoring/runbooks/FfiSlow.md")
    '/runbooks/FfiSlow'
    """
    found = _RUNBOOK.search(url)
    return f"/runbooks/{found[1]}" if found else url


def is_harmless(url: str) -> bool:
    """Tell whether a link leads to a page, and not to a script.

    >>> is_harmless("/d/x"), is_harmless("https://a.example"), is_harmless("javascript:alert(1)")
    (True, True, False)
    """
    return re.match(r"(https?://|/(?!/)|mailto:)", url) is not None


def text(scope: Scope, written: object) -> str:
    """Return a text with every name replaced; what names an unknown macro stays as it is."""
    try:
        return scope.text(str(written or ""))
    except UnsupportedError:
        return str(written)

"""Links of panels, cells and dashboards: filled in, harmless, and to our own runbooks."""

from __future__ import annotations

import re
from dataclasses import dataclass

from whiteroom_monitoring.grafana.evaluation.interpolation import Scope
from whiteroom_monitoring.grafana.model.json_node import Node, Pointer

_RUNBOOK = re.compile(r"(?:^|/)runbooks/(\w+)\.md$")


@dataclass(frozen=True)
class Link:
    """A link as it is written, with its variables; ``pointer`` is its place in its owner."""

    title: str
    url: str
    new_tab: bool
    keep_time: bool
    include_variables: bool
    pointer: Pointer


@dataclass(frozen=True)
class FollowableLink:
    """A link that leads to a page: filled in, and to our own runbooks."""

    title: str
    url: str
    blank: bool
    time: bool
    variables: bool


def parse_link(node: Node) -> Link:
    """Return a link of a panel, a field or a dashboard."""
    return Link(
        node["title"].text(),
        node["url"].text(),
        node["targetBlank"].flag(),
        node["keepTime"].flag(),
        node["includeVars"].flag(),
        node.pointer,
    )


def followable(link: Link, scope: Scope) -> FollowableLink | None:
    """Return a link that can be followed, None for one that leads to no page."""
    url = own_runbook(scope.tolerant_text(link.url))
    if not is_harmless(url):
        return None
    title = scope.tolerant_text(link.title)
    return FollowableLink(title, url, link.new_tab, link.keep_time, link.include_variables)


def own_runbook(url: str) -> str:
    """Return the console's own page for a link to a runbook, which is there without a network.

    >>> own_runbook("https://git.example/monitoring/runbooks/FfiSlow.md")
    '/runbooks/FfiSlow'
    """
    runbook = _RUNBOOK.search(url)
    return f"/runbooks/{runbook[1]}" if runbook else url


def is_harmless(url: str) -> bool:
    """Tell whether a link leads to a page, and not to a script.

    >>> is_harmless("/d/x"), is_harmless("https://a.example"), is_harmless("javascript:alert(1)")
    (True, True, False)
    """
    return re.match(r"(https?://|/(?![/\\])|mailto:)", url) is not None

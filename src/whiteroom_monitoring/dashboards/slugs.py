"""The dashboards of White Room by slug, in the order in which a person on call looks."""

from __future__ import annotations

SLUGS = ("application-performance", "system-health", "business-metrics", "alerts")


def page_path(slug: str) -> str:
    """Return the path of the page of one of our dashboards, in the console and in Grafana.

    >>> page_path("alerts")
    '/d/whiteroom-alerts/alerts'
    """
    return f"/d/whiteroom-{slug}/{slug}"


def rank(slug: str) -> tuple[int, str]:
    """Return what sorts dashboards: ours in their order, then others by name."""
    return (SLUGS.index(slug) if slug in SLUGS else len(SLUGS), slug)

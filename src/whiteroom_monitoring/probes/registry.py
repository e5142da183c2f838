"""The probes of `whiteroom verify`, in the order in which they are made and printed."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import Check
from whiteroom_monitoring.diagnostics.registry import discover
from whiteroom_monitoring.probes.stack import Stack

# The files beside this one, from what others build on to what builds on them.
AREAS = (
    "host",
    "targets",
    "metrics",
    "storage",
    "engine",
    "frontend",
    "services",
    "rules",
    "pager",
    "panels",
)


def probes() -> list[Check[Stack]]:
    """Return every probe."""
    probes: list[Check[Stack]] = discover("whiteroom_monitoring.probes")
    return sorted(probes, key=lambda probe: AREAS.index(probe.area))

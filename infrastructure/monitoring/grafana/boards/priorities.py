"""The priorities of White Room's alerts, as whiteroom.toml says them."""

from __future__ import annotations

from pathlib import Path

from whiteroom_monitoring.project import load

_ALERTS = load(Path(__file__).parents[4]).alerts
PRIORITIES = _ALERTS.priorities
NEEDING_ACTION = _ALERTS.needing_action

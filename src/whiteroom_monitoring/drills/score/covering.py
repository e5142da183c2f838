"""Whether one alert silences another: both are made to hold, first the one that is to be silent."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection

from whiteroom_monitoring.drills import rules
from whiteroom_monitoring.drills.observation import active
from whiteroom_monitoring.drills.score.model import Cover
from whiteroom_monitoring.drills.stack import DrillStack
from whiteroom_monitoring.errors import MonitoringError

_POLL_S = 0.25
_ACTIVE_WITHIN_S = 15.0
_FIRING_WITHIN_S = 30.0
_SILENT_WITHIN_S = 10.0


class UndecidedError(MonitoringError):
    """An alert could not be made to hold."""


def problem(stack: DrillStack, cover: Cover, known_alerts: Collection[str]) -> str:
    """Return why the covered alert is not silent while the covering one fires, or nothing.

    Raises UndecidedError when one of them can't be made to hold.
    """
    held = set(known_alerts) - {cover.covering, cover.covered, stack.project.alerts.watchdog}
    try:
        _override(stack, {cover.covered}, held | {cover.covering})
        if not _within(_ACTIVE_WITHIN_S, lambda: cover.covered in active(stack)):
            raise UndecidedError(f"{cover.covered} can't be made to hold alone")
        _override(stack, {cover.covered, cover.covering}, held)
        if not _within(_FIRING_WITHIN_S, lambda: _fires(stack, cover.covering)):
            raise UndecidedError(f"{cover.covering} can't be made to fire")
        if not _within(_SILENT_WITHIN_S, lambda: cover.covered not in active(stack)):
            return f"{cover.covered} goes on while {cover.covering} fires"
        return ""
    finally:
        stack.put_rules_in_force({})


def _override(stack: DrillStack, names: Collection[str], held: Collection[str]) -> None:
    files = rules.changed(stack.rule_files(), names, held)
    stack.put_rules_in_force({**files, rules.FAULT_FILE: rules.fault(begun=True)})


def _fires(stack: DrillStack, name: str) -> bool:
    return "firing" in active(stack).get(name, set())


def _within(seconds: float, condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + seconds
    while not (holds := condition()) and time.monotonic() < deadline:
        time.sleep(_POLL_S)
    return holds

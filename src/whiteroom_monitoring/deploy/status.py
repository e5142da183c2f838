"""The status of a stack: each component's state and health, and which channels fail."""

from __future__ import annotations

import datetime
import json
import re
import time
from collections import Counter
from dataclasses import asdict, dataclass
from typing import Literal

from whiteroom_monitoring.deploy import delivery, health, processes
from whiteroom_monitoring.deploy import state as record
from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.registry import components
from whiteroom_monitoring.deploy.runtimes.supervisord import ATTEMPTS, ProcessState, Supervisor

# failed: it ended three times in a row right after its start, and stays down.
# orphaned: it runs, but its supervisor is gone, so that nobody would restart it.
State = Literal["running", "starting", "restarting", "stopped", "failed", "orphaned"]

_STATES: dict[str, State] = {
    "RUNNING": "running",
    "STARTING": "starting",
    "BACKOFF": "restarting",
    "STOPPING": "stopped",
    "FATAL": "failed",
}
# Lines of supervisord's log.
_EVENT = re.compile(r" (exited|spawned): '?([\w-]+)")


@dataclass(frozen=True)
class ComponentStatus:
    """One component as it is now.

    ``pid`` is None when it does not run. ``uptime_seconds`` counts from its last start,
    ``restarts`` since the supervisor's. ``health`` is ``ok`` or says what is wrong.
    """

    name: str
    state: State
    health: str
    address: str | None
    pid: int | None
    uptime_seconds: int | None
    restarts: int
    resident_bytes: int
    version: str
    of_app: bool

    @property
    def well(self) -> bool:
        """Whether it runs, and does what it should."""
        return self.state == "running" and self.health == health.WELL


def with_app(paths: StackPaths) -> bool:
    """Return whether the stack was started with the reference app."""
    known = record.read(paths)
    return known is None or known.with_app


def left_out(paths: StackPaths) -> dict[str, str]:
    """Return why components are not there, by name."""
    known = record.read(paths)
    return dict(known.left_out) if known else {}


def failures(paths: StackPaths) -> list[delivery.DeliveryFailure]:
    """Return the channels that refuse notifications now."""
    now = datetime.datetime.now(datetime.UTC)
    return delivery.failures(paths.log / "alertmanager.log", now)


def is_well(found: list[ComponentStatus]) -> bool:
    """Return whether there are components, and every one is well."""
    return bool(found) and all(component.well for component in found)


def read(paths: StackPaths) -> list[ComponentStatus]:
    """Return the status of each component; nothing when the stack is down."""
    known = record.read(paths)
    supervisor = Supervisor(paths)
    orphans: dict[str, int] = {}
    states: dict[str, ProcessState] = {}
    if supervisor.pid() is not None:
        states = supervisor.states()
    else:
        orphans = {p.component: p.pid for p in processes.of_stack(paths.data)}
    if known is None or not (states or orphans):
        return []
    expected = [c for c in components(paths, known.with_app) if c.name not in known.left_out]
    healths = health.of(paths, expected)
    restarts = _restarts(paths)
    found = []
    for component in expected:
        name = component.name
        process, orphan = states.get(component.process), orphans.get(component.process)
        pid = process.pid if process else orphan
        state: State = "orphaned" if orphan else "stopped"
        if process:
            state = _STATES.get(process.state, "stopped")
        running = state in ("running", "starting", "orphaned")
        found.append(
            ComponentStatus(
                name=name,
                state=state,
                health=healths[name] if running else _why_down(component, process),
                address=paths.url(component.ports[0]) if component.ports else None,
                pid=pid or None,
                uptime_seconds=_uptime(process),
                restarts=restarts[component.process],
                resident_bytes=processes.resident_bytes(pid) if pid else 0,
                version=known.versions.get(name, ""),
                of_app=component.of_app,
            )
        )
    return found


def _uptime(process: ProcessState | None) -> int | None:
    return int(time.time() - process.since) if process and process.pid else None


def _why_down(component: Component, process: ProcessState | None) -> str:
    if process is None:
        return "not running"
    if process.state == "FATAL":
        said = process.problem or f"ended {ATTEMPTS} times right after its start"
        return f"{said}; see `whiteroom logs {component.name}`"
    return process.problem or "not running"


def _restarts(paths: StackPaths) -> Counter[str]:
    """Count the starts that followed an unexpected end, since the supervisor's own start."""
    try:
        text = (paths.log / "supervisord.log").read_text(errors="replace")
    except OSError:
        return Counter()
    restarts: Counter[str] = Counter()
    ended = set()
    for event, name in _EVENT.findall(text.rpartition("supervisord started with pid")[2]):
        if event == "exited":
            ended.add(name)
        elif name in ended:
            ended.remove(name)
            restarts[name] += 1
    return restarts


def as_json(paths: StackPaths, found: list[ComponentStatus]) -> str:
    """Return the JSON of schemas/status.schema.json."""
    content = {
        "ok": is_well(found),
        "data": str(paths.data),
        "port_offset": paths.port_offset,
        "with_app": with_app(paths) if found else None,
        "supervisor_pid": Supervisor(paths).pid(),
        "left_out": left_out(paths) if found else {},
        "refusals": [asdict(failure) for failure in failures(paths)] if found else [],
        "components": [asdict(component) | {"well": component.well} for component in found],
    }
    return json.dumps(content, indent=2)

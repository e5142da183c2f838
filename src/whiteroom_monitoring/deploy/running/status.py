"""The status of a stack: each component's state and health, and which channels fail."""

from __future__ import annotations

import datetime
import json
import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Literal

from whiteroom_monitoring import pager_path
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.running import delivery, health, state
from whiteroom_monitoring.deploy.running.state import ComponentState, StackState
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


@dataclass(frozen=True)
class StackStatus:
    """A stack as it is now; without components when it is down."""

    paths: StackPaths
    supervisor_pid: int | None
    known: StackState | None
    components: Sequence[ComponentStatus]

    @property
    def well(self) -> bool:
        """Whether there are components, and every one is well."""
        return bool(self.components) and all(component.well for component in self.components)

    def pager_path_problems(self) -> list[str]:
        """Return where the pager path is broken, as the watcher says; nothing without one."""
        path = pager_path.read_state(self.paths.data / pager_path.STATE_FILE)
        has_watcher = any(component.name == "watcher" for component in self.components)
        return path.problems(time.time()) if path and has_watcher else []

    @property
    def left_out(self) -> Mapping[str, str]:
        """Why components are not there, by name."""
        return self.known.left_out if self.known and self.components else {}

    def delivery_failures(self) -> list[delivery.DeliveryFailure]:
        """Return the channels that refuse notifications now."""
        if not self.components:
            return []
        now = datetime.datetime.now(datetime.UTC)
        return delivery.recent_failures(self.paths.log / "alertmanager.log", now)

    def as_json(self) -> str:
        """Return the JSON of schemas/status.schema.json."""
        content = {
            "ok": self.well,
            "data": str(self.paths.data),
            "port_offset": self.paths.port_offset,
            "with_app": self.known.with_app if self.known and self.components else None,
            "supervisor_pid": self.supervisor_pid,
            "left_out": dict(self.left_out),
            "refusals": [asdict(failure) for failure in self.delivery_failures()],
            "pager_path": self.pager_path_problems(),
            "components": [asdict(c) | {"well": c.well} for c in self.components],
        }
        return json.dumps(content, indent=2)


@dataclass(frozen=True)
class _Running:
    """What runs: by the supervisor, or as orphans of one that is gone."""

    processes: Mapping[str, ProcessState]
    orphans: Mapping[str, int]
    restarts: Counter[str]


def read(paths: StackPaths) -> StackStatus:
    """Return the status of the stack."""
    known = state.read(paths)
    if known is not None and known.in_containers:
        return StackStatus(paths, None, known, _in_containers(known))
    supervisor = Supervisor(paths)
    pid = supervisor.pid()
    if pid is not None:
        running = _Running(supervisor.states(), {}, _restarts(paths))
    else:
        orphans = {p.component: p.pid for p in processes.of_stack(paths.data)}
        running = _Running({}, orphans, Counter())
    if known is None or not (running.processes or running.orphans):
        return StackStatus(paths, pid, known, ())
    healths = health.of({component.name: component.probe for component in known.components})
    statuses = [_of_one(c, running, healths[c.name]) for c in known.components]
    return StackStatus(paths, pid, known, statuses)


def _in_containers(known: StackState) -> list[ComponentStatus]:
    """Return what can be told from outside of a container: who answers runs."""
    healths = health.of({component.name: component.probe for component in known.components})
    return [
        ComponentStatus(
            name=component.name,
            state="running" if healths[component.name] == health.WELL else "stopped",
            health=healths[component.name],
            address=component.address,
            pid=None,
            uptime_seconds=None,
            restarts=0,
            resident_bytes=0,
            version=component.version,
            of_app=component.of_app,
        )
        for component in known.components
    ]


def _of_one(component: ComponentState, running: _Running, measured: str) -> ComponentStatus:
    process = running.processes.get(component.process)
    orphan = running.orphans.get(component.process)
    pid = process.pid if process else orphan
    current: State = "orphaned" if orphan else "stopped"
    if process:
        current = _STATES.get(process.state, "stopped")
    runs = current in ("running", "starting", "orphaned")
    return ComponentStatus(
        name=component.name,
        state=current,
        health=measured if runs else _why_down(component.name, process),
        address=component.address,
        pid=pid or None,
        uptime_seconds=int(time.time() - process.since) if process and process.pid else None,
        restarts=running.restarts[component.process],
        resident_bytes=processes.resident_bytes(pid) if pid else 0,
        version=component.version,
        of_app=component.of_app,
    )


def _why_down(name: str, process: ProcessState | None) -> str:
    if process is None:
        return "not running"
    if process.state == "FATAL":
        reason = process.problem or f"ended {ATTEMPTS} times right after its start"
        return f"{reason}; see `whiteroom logs {name}`"
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

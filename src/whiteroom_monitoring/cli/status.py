"""``whiteroom status``: every component's state and health."""

from __future__ import annotations

import argparse
import datetime
import json
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Literal

from whiteroom_monitoring.deploy import delivery, health, processes
from whiteroom_monitoring.deploy import state as record
from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.paths import Layout, add_layout_options, layout_from
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
_COLOURS = {"running": "32", "starting": "33", "restarting": "33"}
_RED = "31"


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


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom status``."""
    add_layout_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the status; return 0 when every component is well."""
    layout = layout_from(arguments)
    found = read(layout)
    if arguments.json:
        print(as_json(layout, found))
    elif not found:
        print(f"nothing runs in {layout.data}; start with `whiteroom up`")
    else:
        print_table(found, left_out(layout))
        _print_refusals(layout)
        _print_advice(found, Supervisor(layout).pid())
    return 0 if is_well(found) else 1


def with_app(layout: Layout) -> bool:
    """Return whether the stack was started with the reference app."""
    known = record.read(layout)
    return known is None or known.with_app


def left_out(layout: Layout) -> dict[str, str]:
    """Return why components are not there, by name."""
    known = record.read(layout)
    return dict(known.left_out) if known else {}


def refusals(layout: Layout) -> list[delivery.Refusal]:
    """Return the channels that refuse notifications now."""
    now = datetime.datetime.now(datetime.UTC)
    return delivery.refusals(layout.log / "alertmanager.log", now)


def is_well(found: list[ComponentStatus]) -> bool:
    """Return whether there are components, and every one is well."""
    return bool(found) and all(component.well for component in found)


def read(layout: Layout) -> list[ComponentStatus]:
    """Return the status of each component; nothing when the stack is down."""
    known = record.read(layout)
    supervisor = Supervisor(layout)
    orphans: dict[str, int] = {}
    states: dict[str, ProcessState] = {}
    if supervisor.pid() is not None:
        states = supervisor.states()
    else:
        orphans = {p.component: p.pid for p in processes.of_stack(layout.data)}
    if known is None or not (states or orphans):
        return []
    expected = [c for c in components(layout, known.with_app) if c.name not in known.left_out]
    healths = health.of(layout, expected)
    restarts = _restarts(layout)
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
                address=layout.url(component.ports[0]) if component.ports else None,
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
        return f"{said}; see `whiteroom output {component.name}`"
    return process.problem or "not running"


def _restarts(layout: Layout) -> Counter[str]:
    """Count the starts that followed an unexpected end, since the supervisor's own start."""
    try:
        text = (layout.log / "supervisord.log").read_text(errors="replace")
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


def as_json(layout: Layout, found: list[ComponentStatus]) -> str:
    """Return the JSON of schemas/status.schema.json."""
    content = {
        "ok": is_well(found),
        "data": str(layout.data),
        "port_offset": layout.port_offset,
        "with_app": with_app(layout) if found else None,
        "supervisor_pid": Supervisor(layout).pid(),
        "left_out": left_out(layout) if found else {},
        "refusals": [asdict(refusal) for refusal in refusals(layout)] if found else [],
        "components": [asdict(component) | {"well": component.well} for component in found],
    }
    return json.dumps(content, indent=2)


def print_table(found: list[ComponentStatus], left_out: Mapping[str, str]) -> None:
    """Print a row for each component, and what is left out. Colour only on a terminal."""
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    head = ("component", "state", "address", "uptime", "restarts", "memory", "version")
    rows = [head, *(_row(component) for component in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for index, row in enumerate(rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        if coloured and index:
            colour = "32" if found[index - 1].well else _COLOURS.get(row[1], _RED)
            cells[1] = f"\033[{colour}m{cells[1]}\033[0m"
        print("  ".join(cells).rstrip())
    for component in found:
        if component.health != health.WELL:
            print(f"{component.name}: {component.health}")
    for name, reason in left_out.items():
        print(f"left out: {name}: {reason}")


def _row(component: ComponentStatus) -> tuple[str, ...]:
    uptime = component.uptime_seconds
    return (
        component.name,
        component.state,
        component.address or "-",
        "-" if uptime is None else _duration(uptime),
        str(component.restarts),
        f"{component.resident_bytes / 1e6:.0f} MB",
        component.version,
    )


def _duration(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


def _print_refusals(layout: Layout) -> None:
    for refusal in refusals(layout):
        print(f"channel {refusal}")


def _print_advice(found: list[ComponentStatus], supervisor: int | None) -> None:
    total = sum(c.resident_bytes for c in found if not c.of_app)
    if supervisor is None:
        print("the supervisor is gone: nobody restarts these; `whiteroom up` puts that right")
    else:
        total += processes.resident_bytes(supervisor)
    print(f"the monitoring uses {total / 1e6:.0f} MB")

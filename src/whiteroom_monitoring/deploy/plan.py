"""What `up` would do: components, files and steps, worked out without changing anything."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Literal

from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.planner.resolution import ResolvedComponent
from whiteroom_monitoring.project.model import Project


class Action(StrEnum):
    """What one step does; `apply.py` has a method for each."""

    END_ORPHANS = "end orphans"
    MAKE_ACCOUNTS = "make accounts"
    CHECK_MACHINE = "check the machine"
    STORE_CREDENTIALS = "store credentials"
    WRITE_CONFIGURATION = "write the configuration"
    START_SUPERVISOR = "start the supervisor"
    UPDATE_SUPERVISOR = "update the supervisor"
    RECORD_STATE = "record the state"
    RELOAD = "reload"
    START = "start"
    WAIT_FOR_HEALTH = "wait for health"
    WAIT_FOR_SCRAPES = "wait for the first scrape"
    SLOW_DOWN_SCRAPES = "set the intervals of scrapes"


@dataclass(frozen=True)
class Step:
    """One action, and the components or files that it concerns."""

    action: Action
    targets: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.action}: {', '.join(self.targets)}" if self.targets else str(self.action)


@dataclass(frozen=True)
class PlannedFile:
    """A file that the stack needs, by the digest of its content."""

    path: str
    digest: str
    state: Literal["new", "changed", "unchanged"]


@dataclass(frozen=True)
class Plan:
    """Everything that `apply` needs.

    ``configuration`` holds the content of each configuration file by its name, ``supervision`` the
    sections of the supervisor's. ``changes`` say what the configuration has otherwise than the
    project's files. ``credentials`` hold secrets, which `as_json` leaves out.
    ``obstacles`` say why the plan can't be applied now. ``was_running`` is whether the stack has a
    supervisor already.
    """

    places: Placeholders
    with_app: bool
    components: Sequence[ResolvedComponent]
    left_out: Mapping[str, str]
    without_restart: Sequence[str]
    credentials: Mapping[str, str]
    configuration: Mapping[str, str]
    changes: Sequence[str]
    supervision: Mapping[str, str]
    files: Sequence[PlannedFile]
    steps: Sequence[Step]
    obstacles: Sequence[str]
    was_running: bool

    @property
    def paths(self) -> StackPaths:
        """The places of the stack."""
        return self.places.paths

    @property
    def project(self) -> Project:
        """The project that is monitored."""
        assert self.places.project is not None
        return self.places.project

    def component(self, name: str) -> ResolvedComponent:
        """Return a component by its name."""
        return next(component for component in self.components if component.name == name)

    def as_json(self) -> dict[str, Any]:
        """Return the content of schemas/plan.schema.json."""
        return {
            "ok": not self.obstacles,
            "data": str(self.paths.data),
            "port_offset": self.paths.port_offset,
            "with_app": self.with_app,
            "running": self.was_running,
            "components": [_as_json(component) for component in self.components],
            "left_out": dict(self.left_out),
            "credentials": sorted(self.credentials),
            "changes": list(self.changes),
            "files": [
                {"path": file.path, "digest": file.digest, "state": file.state}
                for file in self.files
            ],
            "steps": [
                {"action": str(step.action), "targets": list(step.targets)} for step in self.steps
            ],
            "obstacles": list(self.obstacles),
        }

    def as_text(self) -> str:
        """Return the plan for people: what is kept and left out, which files change, the steps."""
        names = ", ".join(component.name for component in self.components)
        changing = [file for file in self.files if file.state != "unchanged"]
        lines = [f"components: {names}"]
        lines += [f"left out: {name}: {reason}" for name, reason in self.left_out.items()]
        lines += [f"change: {change}" for change in self.changes]
        lines += [f"files: {len(self.files)}, of which {len(changing)} are new or changed"]
        lines += [f"  {file.state:7}  {file.digest}  {file.path}" for file in changing]
        lines += ["steps:"]
        lines += [f"  {number:2}. {step}" for number, step in enumerate(self.steps, 1)]
        lines += [f"obstacle: {obstacle}" for obstacle in self.obstacles]
        return "\n".join(lines)


def _as_json(component: ResolvedComponent) -> dict[str, Any]:
    job = component.description.scrape
    return {
        "name": component.name,
        "stage": component.description.stage,
        "process": component.process,
        "command": list(component.command),
        "user": component.user,
        "ports": dict(component.ports),
        "scrape_job": job.name if job else None,
        "rules": list(component.description.rules),
    }


def relative(path: Path, paths: StackPaths) -> str:
    """Return a path below the data folder as the plan names it."""
    return str(path.relative_to(paths.data)) if path.is_relative_to(paths.data) else str(path)

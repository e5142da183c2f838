"""What `up` has written down of the running stack, for `status`, `verify`, `logs` and `down`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

import msgspec

from whiteroom_monitoring.deploy.host import owned_files
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.planner.resolution import ResolvedProbe

_NAME = "stack.json"


@dataclass(frozen=True)
class ComponentState:
    """A component as `up` has started it. ``job`` is its scrape job, or empty.

    ``user`` is the account that it runs as, or empty where that is the stack's own.
    """

    name: str
    process: str
    address: str | None
    probe: ResolvedProbe
    of_app: bool
    version: str = ""
    job: str = ""
    interval_s: int | None = None
    user: str = ""
    confined: bool = False


@dataclass(frozen=True)
class StackState:
    """How the stack was started. ``left_out`` says why components are not there, by name.

    ``project`` is the file of the project, ``programs`` the intervals in seconds at which programs
    are scraped that others start, None for that of all jobs.
    """

    with_app: bool
    components: tuple[ComponentState, ...]
    without_restart: tuple[str, ...] = ()
    left_out: Mapping[str, str] = field(default_factory=dict)
    project: str = ""
    port_offset: int = 0
    ports: Mapping[str, int] = field(default_factory=dict)
    programs: Mapping[str, int | None] = field(default_factory=dict)


def write(paths: StackPaths, state: StackState) -> None:
    """Write the state; a reader sees the one before or this one, never a part."""
    owned_files.write(paths.run / _NAME, json.dumps(asdict(state), indent=2))


def read(paths: StackPaths) -> StackState | None:
    """Return the state, or None when nothing was started or the file is damaged."""
    try:
        return msgspec.json.decode((paths.run / _NAME).read_bytes(), type=StackState)
    except (OSError, msgspec.DecodeError, RecursionError):
        return None


def remove(paths: StackPaths) -> None:
    """Forget the state."""
    (paths.run / _NAME).unlink(missing_ok=True)

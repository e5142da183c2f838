"""What `up` has written down of the running stack, for `status`, `verify`, `logs` and `down`."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from whiteroom_monitoring.deploy.host import owned_files
from whiteroom_monitoring.deploy.paths import StackPaths

_NAME = "stack.json"


class ResolvedProbe(msgspec.Struct, frozen=True):
    """How health is asked for: an address, a command or a file; without any, running is enough."""

    url: str = ""
    command: tuple[str, ...] = ()
    file: str = ""
    password_file: str = ""


class ComponentState(msgspec.Struct, frozen=True):
    """A component as `up` has started it. ``job`` is its scrape job, or empty.

    ``user`` is the account that it runs as, or empty where that is the stack's own. A ``confined``
    one has no right beyond its user's; root's has those ``capabilities`` alone.
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
    capabilities: tuple[str, ...] = ()


class StackState(msgspec.Struct, frozen=True):
    """How the stack was started. ``left_out`` says why components are not there, by name.

    ``project`` is the file of the project, ``configuration`` the folder of what was in force, and
    ``programs`` are the intervals in seconds at which programs are scraped that others start, None
    for that of all jobs. ``in_containers`` is whether an engine of containers keeps its processes.
    """

    with_app: bool
    components: tuple[ComponentState, ...]
    without_restart: tuple[str, ...] = ()
    left_out: Mapping[str, str] = {}
    project: str = ""
    port_offset: int = 0
    ports: Mapping[str, int] = {}
    programs: Mapping[str, int | None] = {}
    configuration: str = ""
    in_containers: bool = False


def write(paths: StackPaths, state: StackState) -> None:
    """Write the state; a reader sees the one before or this one, never a part."""
    content = msgspec.json.format(msgspec.json.encode(state), indent=2)
    owned_files.write(paths.run / _NAME, content.decode())


def read(paths: StackPaths) -> StackState | None:
    """Return the state, or None when nothing was started or the file is damaged."""
    try:
        return msgspec.json.decode((paths.run / _NAME).read_bytes(), type=StackState)
    except (OSError, msgspec.DecodeError, RecursionError):
        return None


def remove(paths: StackPaths) -> None:
    """Forget the state."""
    (paths.run / _NAME).unlink(missing_ok=True)

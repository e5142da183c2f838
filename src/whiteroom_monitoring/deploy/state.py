"""What `up` has written down of the running stack, for `status`, `verify`, `logs` and `down`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from whiteroom_monitoring.deploy.host import owned_files
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.planner.resolution import ResolvedProbe

_NAME = "stack.json"


@dataclass(frozen=True)
class ComponentState:
    """A component as `up` has started it. ``job`` is its scrape job, or empty."""

    name: str
    process: str
    address: str | None
    probe: ResolvedProbe
    of_app: bool
    version: str = ""
    job: str = ""
    interval_s: int | None = None


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
        content = json.loads((paths.run / _NAME).read_text(encoding="utf-8"))
        components = tuple(_component(entry) for entry in content.pop("components"))
        found = StackState(components=components, **content)
        return found if _is_well_typed(found) else None
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


def _is_well_typed(found: StackState) -> bool:
    """Tell whether every field has its type: somebody may have edited the file."""
    texts = [*found.without_restart, *found.left_out, *found.left_out.values()]
    for component in found.components:
        probe = component.probe
        texts += [component.name, component.process, component.version, component.job]
        texts += [component.address or "", probe.url, probe.file, *probe.command]
        if type(component.of_app) is not bool or type(component.interval_s or 0) is not int:
            return False
    return type(found.with_app) is bool and all(isinstance(text, str) for text in texts)


def _component(entry: dict[str, Any]) -> ComponentState:
    probe = entry.pop("probe")
    if not isinstance(probe["command"], list):
        raise TypeError(probe["command"])
    return ComponentState(
        probe=ResolvedProbe(probe["url"], tuple(probe["command"]), probe["file"]), **entry
    )


def remove(paths: StackPaths) -> None:
    """Forget the state."""
    (paths.run / _NAME).unlink(missing_ok=True)

"""Where one stack lives: its data folder, its ports, its shared memory.

Two stacks run beside each other when they differ in their port offset.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from whiteroom_monitoring.errors import UsageError

LOOPBACK = "127.0.0.1"
HIGHEST_PORT = 65535
NAME = "whiteroom"


@functools.cache
def default_ports() -> Mapping[str, int]:
    """Return where our own services listen when nobody says otherwise, by the ports' names."""
    # Here, because a stack that runs has written its ports down, and `status` reads no description.
    from whiteroom_monitoring.deploy import registry  # noqa: PLC0415

    return registry.port_numbers()


@dataclass(frozen=True)
class StackPaths:
    """The places of one stack. ``data`` is absolute; ``port_offset`` is added to every port.

    ``ports`` are the numbers without it, by name.
    """

    data: Path
    port_offset: int = 0
    ports: Mapping[str, int] = field(default_factory=default_ports)

    def port(self, name: str) -> int:
        """Return the port of ``name``, the name of a component's port."""
        return self.ports[name] + self.port_offset

    def url(self, name: str, path: str = "") -> str:
        """Return the address of ``name`` on this machine."""
        return f"http://{LOOPBACK}:{self.port(name)}{path}"

    @property
    def highest_offset(self) -> int:
        """The highest offset at which every port exists."""
        return HIGHEST_PORT - max(self.ports.values())

    @property
    def name(self) -> str:
        """The name of the stack, which no other stack of this machine has."""
        return f"whiteroom-{self.port_offset}"

    @property
    def run(self) -> Path:
        """Sockets, process ids and the supervisor's configuration."""
        return self.data / "run"

    @property
    def config(self) -> Path:
        """Configuration files as the components read them: a link to one of `configurations`."""
        return self.data / "config"

    @property
    def configurations(self) -> Path:
        """The version of the configuration in force and the one before it, written by `up`."""
        return self.data / "configurations"

    @property
    def secrets(self) -> Path:
        """Credentials, one file each, mode 0600."""
        return self.data / "secrets"

    def credentials_of(self, component: str) -> Path:
        """Copies of the credentials that a component needs, which it alone may read."""
        return self.credentials / component

    @property
    def credentials(self) -> Path:
        """What holds the folders of `credentials_of`."""
        return self.data / "credentials"

    @property
    def log(self) -> Path:
        """What the components print, one file each."""
        return self.data / "log"

    @property
    def control_socket(self) -> Path:
        """Where the reference engine takes commands."""
        return self.run / "app/engine.sock"

    @property
    def segments(self) -> Path:
        """Folder of the metric segments, on a memory file system."""
        suffix = f"-{self.port_offset}" if self.port_offset else ""
        return Path(f"/dev/shm/whiteroom-{os.getuid()}{suffix}")

    def segments_of(self, component: str) -> Path:
        """Folder of the segments of a component that has an account of its own."""
        return self.segments.with_name(f"{self.segments.name}.{component}")

    @property
    def audit_report(self) -> Path:
        """The audit report that CI writes: $WHITEROOM_AUDIT_REPORT, else in the data folder."""
        return Path(os.environ.get("WHITEROOM_AUDIT_REPORT") or self.data / "audit-report.json")


def checked(paths: StackPaths) -> StackPaths:
    """Return the paths, or raise UsageError for an offset at which not every port exists."""
    if not 0 <= paths.port_offset <= paths.highest_offset:
        offset, highest = paths.port_offset, paths.highest_offset
        raise UsageError(f"--port-offset {offset}: expected 0 to {highest}")
    return paths


def default_data(port_offset: int, name: str = NAME) -> Path:
    """Return the data folder that is used when none is named, of the project ``name``.

    Root's is below /var/lib, because the programs of the stack may run as other users, to whom
    a private home is closed.
    """
    named = os.environ.get("WHITEROOM_DATA")
    if named:
        return Path(named).absolute()
    folder = f"{name}-{port_offset}" if port_offset else name
    if os.getuid() == 0:
        return Path("/var/lib") / folder
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    return Path(base) / folder

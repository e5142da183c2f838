"""Where one stack lives: its data folder, its ports, its shared memory.

Two stacks run beside each other when they differ in their port offset.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

LOOPBACK = "127.0.0.1"

# Fixed by White Room, except for our own exporter, the inbox and the web server.
PORTS = {
    "prometheus": 9090,
    "console": 3000,
    "loki": 3100,
    "alertmanager": 9093,
    "node-exporter": 9100,
    "postgres-exporter": 9187,
    "redis-exporter": 9121,
    "nginx-exporter": 9113,
    "cadvisor": 8080,
    "engine": 8000,
    "frontend": 8001,
    "backend": 8002,
    "web": 8090,
    "segment-exporter": 8003,
    "inbox": 8004,
    "inbox-smtp": 8025,
}
HIGHEST_OFFSET = 65535 - max(PORTS.values())


@dataclass(frozen=True)
class StackPaths:
    """The places of one stack. ``data`` is absolute; ``port_offset`` is added to every port."""

    data: Path
    port_offset: int = 0

    def port(self, name: str) -> int:
        """Return the port of ``name``, a key of PORTS."""
        return PORTS[name] + self.port_offset

    def url(self, name: str, path: str = "") -> str:
        """Return the address of ``name`` on this machine."""
        return f"http://{LOOPBACK}:{self.port(name)}{path}"

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

    @property
    def log(self) -> Path:
        """What the components print, one file each."""
        return self.data / "log"

    @property
    def control_socket(self) -> Path:
        """Where the reference engine takes commands."""
        return self.run / "engine.sock"

    @property
    def segments(self) -> Path:
        """Folder of the metric segments, on a memory file system."""
        suffix = f"-{self.port_offset}" if self.port_offset else ""
        return Path(f"/dev/shm/whiteroom-{os.getuid()}{suffix}")


def default_data(port_offset: int) -> Path:
    """Return the data folder that is used when none is named.

    Root's is below /var/lib, because the programs of the stack may run as other users, to whom
    a private home is closed.
    """
    named = os.environ.get("WHITEROOM_DATA")
    if named:
        return Path(named).absolute()
    suffix = f"-{port_offset}" if port_offset else ""
    if os.getuid() == 0:
        return Path(f"/var/lib/whiteroom{suffix}")
    base = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share"
    return Path(base) / f"whiteroom{suffix}"

"""Port offsets at which a whole stack fits beside everything that runs."""

from __future__ import annotations

import os

from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.deploy.paths import LOOPBACK, PORTS


def free_offset() -> int:
    """Return an offset at which all ports of a stack are free."""
    start = 11_000 + os.getpid() % 90 * 100
    for offset in range(start, start + 9_000, 50):
        ports = [port + offset for port in PORTS.values()]
        if all(processes.can_listen(LOOPBACK, port) for port in ports):
            return offset
    raise AssertionError("no free ports")

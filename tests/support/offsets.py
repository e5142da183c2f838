"""Port offsets at which a whole stack fits beside everything that runs."""

from __future__ import annotations

import os

from tests.support.projects import PORTS
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.deploy.paths import LOOPBACK

# A stack takes ports from 3000 to 9187, and the kernel chooses from 32768 on. Each of four workers
# has a range of its own, in which it can meet no port of the others: no two ports of a stack are 17
# more than a multiple of 50 apart.
_RANGES = {
    "gw0": (9_200, 9_900),
    "gw1": (16_100, 16_800),
    "gw2": (23_000, 23_550),
    "gw3": (9_217, 9_917),
}


def free_offset() -> int:
    """Return an offset at which all ports of a stack are free."""
    first, end = _RANGES.get(os.environ.get("PYTEST_XDIST_WORKER", "gw0"), _RANGES["gw0"])
    steps = (end - first) // 50
    for step in range(steps):
        offset = first + (os.getpid() + step) % steps * 50
        ports = [port + offset for port in PORTS.values()]
        if all(processes.can_listen(LOOPBACK, port) for port in ports):
            return offset
    raise AssertionError("no free ports")

"""Whether /dev/log is the stack's: where the machine has no syslog of its own."""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

from whiteroom_monitoring.deploy.components.machine_logs import MACHINE_SYSLOG
from whiteroom_monitoring.deploy.host import machine, owned_files
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders

SOCKET = Path("/dev/log")
_INPUT = 'input(type="imuxsock" Socket="/dev/log" UseSysTimeStamp="on" RateLimit.Interval="0")\n'


def initialize(places: Placeholders) -> None:
    """Write what rsyslog includes. Raises MonitoringError."""
    is_ours = machine.may_serve_machine(places.paths) and not is_served(SOCKET)
    text = _INPUT if is_ours else "# The machine's own syslog has /dev/log.\n"
    owned_files.write(Path(places.fill(MACHINE_SYSLOG)), text)


def is_served(path: Path) -> bool:
    """Tell whether somebody takes what is sent to a socket, or it is somebody's link."""
    if path.is_symlink():
        return True
    with contextlib.closing(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)) as datagrams:
        try:
            datagrams.connect(str(path))
        except OSError:
            return False
    return True

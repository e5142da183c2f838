"""Processes, read from /proc: who holds a port, which belong to a stack, and how they are ended.

A process of a stack carries two variables in its environment, so that it is found again when its
supervisor is gone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

STACK_VARIABLE = "WHITEROOM_STACK"
COMPONENT_VARIABLE = "WHITEROOM_COMPONENT"

POLL_S = 0.05
_LISTENING = "0A"
_INODE = 9


@dataclass(frozen=True)
class Process:
    """A running process. ``component`` is the part of a stack that it is, or empty."""

    pid: int
    component: str = ""

    @property
    def command_line(self) -> str:
        """Return the command with its arguments, or a question mark when it can't be read."""
        words = _read(self.pid, "cmdline").split(b"\0")
        return " ".join(word.decode(errors="replace") for word in words if word) or "?"

    def __str__(self) -> str:
        command = self.command_line
        return f"process {self.pid} ({command if len(command) <= 80 else command[:77] + '...'})"


def is_alive(pid: int) -> bool:
    """Tell whether ``pid`` runs; a zombie does not."""
    return _read(pid, "stat").rpartition(b")")[2].split()[:1] not in ([], [b"Z"], [b"X"])


def resident_bytes(pid: int) -> int:
    """Return the resident memory of ``pid`` in bytes, 0 when it is gone."""
    fields = _read(pid, "statm").split()
    return int(fields[1]) * os.sysconf("SC_PAGE_SIZE") if len(fields) > 1 else 0


def of_stack(data: Path) -> list[Process]:
    """Return the processes that were started for the stack in the folder ``data``."""
    wanted = f"{STACK_VARIABLE}={data}".encode()
    prefix = f"{COMPONENT_VARIABLE}=".encode()
    found = []
    for pid in _pids():
        variables = _read(pid, "environ").split(b"\0")
        if wanted in variables and is_alive(pid):
            names = [v.removeprefix(prefix).decode() for v in variables if v.startswith(prefix)]
            found.append(Process(pid, names[0] if names else ""))
    return found


def listener(port: int) -> Process | None:
    """Return the process that listens on the TCP ``port``; None when that can't be seen."""
    inodes = set(_listening_inodes(port))
    for pid in _pids() if inodes else ():
        with contextlib.suppress(OSError):
            for link in Path(f"/proc/{pid}/fd").iterdir():
                with contextlib.suppress(OSError):
                    if link.readlink().name in inodes:
                        return Process(pid)
    return None


def can_listen(address: str, port: int) -> bool:
    """Tell whether a server could listen on ``port`` now."""
    with socket.socket(socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
            probe.listen()
        except OSError:
            return False
    return True


def end(processes: Iterable[Process], patience_s: float = 10.0) -> None:
    """Ask the processes to end, kill those that don't within ``patience_s``, and wait."""
    left = list(processes)
    for number, wait_s in ((signal.SIGTERM, patience_s), (signal.SIGKILL, 5.0)):
        for process in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process.pid, number)
        deadline = time.monotonic() + wait_s
        while (left := [p for p in left if is_alive(p.pid)]) and time.monotonic() < deadline:
            time.sleep(POLL_S)


def _pids() -> Iterator[int]:
    own = os.getpid()
    for entry in os.listdir("/proc"):
        if entry.isdecimal() and int(entry) != own:
            yield int(entry)


def _read(pid: int, name: str) -> bytes:
    """Return a file of /proc/PID; empty when the process is gone or another user's."""
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""


def _listening_inodes(port: int) -> Iterator[str]:
    # The columns of /proc/net/tcp: https://docs.kernel.org/networking/proc_net_tcp.html
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with contextlib.suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    yield f"socket:[{fields[_INODE]}]"

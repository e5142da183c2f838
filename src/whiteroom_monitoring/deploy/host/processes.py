"""Processes: who holds a port, which belong to a stack, and how they are ended.

A process of a stack carries two variables in its environment, so that it is found again when its
supervisor is gone.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import psutil

STACK_VARIABLE = "WHITEROOM_STACK"
COMPONENT_VARIABLE = "WHITEROOM_COMPONENT"

POLL_S = 0.05
KILL_WITHIN_S = 5.0
# What a process that is gone, or another user's, answers.
_UNSEEN = (psutil.NoSuchProcess, psutil.AccessDenied)


@dataclass(frozen=True)
class Process:
    """A running process. ``component`` is the part of a stack that it is, or empty."""

    pid: int
    component: str = ""

    @property
    def command_line(self) -> str:
        """Return the command with its arguments, or a question mark when it can't be read."""
        try:
            words = psutil.Process(self.pid).cmdline()
        except _UNSEEN:
            return "?"
        return " ".join(word for word in words if word) or "?"

    def __str__(self) -> str:
        command = self.command_line
        return f"process {self.pid} ({command if len(command) <= 80 else command[:77] + '...'})"


def is_alive(pid: int) -> bool:
    """Tell whether ``pid`` runs; a zombie does not."""
    try:
        status = psutil.Process(pid).status()
    except _UNSEEN:
        return False
    return status not in (psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD)


def resident_bytes(pid: int) -> int:
    """Return the resident memory of ``pid`` in bytes, 0 when it is gone."""
    try:
        return int(psutil.Process(pid).memory_info().rss)
    except _UNSEEN:
        return 0


def of_stack(data: Path) -> list[Process]:
    """Return the processes that were started for the stack in the folder ``data``."""
    pids = (pid for pid in psutil.pids() if pid != os.getpid())
    return [process for pid in pids if (process := member(pid, data))]


def member(pid: int, data: Path) -> Process | None:
    """Return the process ``pid`` if it runs for the stack in the folder ``data``."""
    try:
        variables = psutil.Process(pid).environ()
    except (*_UNSEEN, OSError):
        return None
    if variables.get(STACK_VARIABLE) != str(data) or not is_alive(pid):
        return None
    return Process(pid, variables.get(COMPONENT_VARIABLE, ""))


def listener(port: int) -> Process | None:
    """Return the process that listens on the TCP ``port``; None when that can't be seen."""
    for connection in psutil.net_connections("tcp"):
        listens = connection.status == psutil.CONN_LISTEN and connection.laddr[1:2] == (port,)
        if listens and connection.pid not in (None, os.getpid()):
            return Process(connection.pid)
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
    alive: list[psutil.Process] = []
    for process in processes:
        with contextlib.suppress(psutil.NoSuchProcess):
            alive.append(psutil.Process(process.pid))
    for number, wait_s in ((signal.SIGTERM, patience_s), (signal.SIGKILL, KILL_WITHIN_S)):
        for left in alive:
            with contextlib.suppress(psutil.NoSuchProcess):
                left.send_signal(number)
        _, alive = psutil.wait_procs(alive, timeout=wait_s)

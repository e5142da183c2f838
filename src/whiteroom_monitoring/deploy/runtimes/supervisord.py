"""supervisord as this stack uses it: its start, and its XML-RPC interface.

http://supervisord.org/api.html, version 4.3. `supervisord_config.py` has what it reads; `status`
asks the supervisor and doesn't need that.
"""

from __future__ import annotations

import contextlib
import http.client
import os
import re
import socket
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whiteroom_monitoring.deploy.host import owned_files, processes
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.errors import MonitoringError

TIMEOUT_S = 15.0
# A component that ends within this time of its start has failed to start. After three such
# failures in a row it stays down.
START_SECONDS = 3
ATTEMPTS = 3
STOP_SECONDS = 10

_PROGRAM_SECTION = re.compile(r"^(?=\[program:)", re.MULTILINE)

# What programs need of the caller's environment. Everything else may be a secret of somebody's, and
# a process shows its environment to whoever may debug it.
_INHERITED = frozenset({"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "TZ", "TMPDIR"})
_INHERITED_KINDS = ("LC_", "LD_", "XDG_", "WHITEROOM_", "PYTHON", "JACK_", "GF_", "COVERAGE_")


class SupervisorError(MonitoringError):
    """supervisord could not be started, or refused what it was asked."""


@dataclass(frozen=True)
class ProcessState:
    """What supervisord knows of one component; ``pid`` is 0 and ``since`` meaningless when down."""

    name: str
    state: str
    pid: int
    since: float
    problem: str


def inherited(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the variables that every component gets: none that may be a credential.

    >>> inherited({"PATH": "/bin", "LC_ALL": "C", "SMTP_PASSWORD": "x", "AWS_SECRET": "y"})
    {'PATH': '/bin', 'LC_ALL': 'C'}
    """
    return {
        name: value
        for name, value in environment.items()
        if name in _INHERITED or name.startswith(_INHERITED_KINDS)
    }


class Supervisor:
    """The supervisord of one stack."""

    def __init__(self, paths: StackPaths) -> None:
        self.paths = paths
        self.socket = paths.run / "supervisor.sock"
        self.configuration_file = paths.run / "supervisord.conf"
        self.pid_file = paths.run / "supervisord.pid"
        self.rotation_plan = paths.run / "log-rotation.json"

    def pid(self) -> int | None:
        """Return the process id of the running supervisord, or None."""
        try:
            pid = int(self.pid_file.read_text())
        except (OSError, ValueError):
            return None
        return pid if processes.member(pid, self.paths.data) else None

    def sections(self) -> dict[str, str]:
        """Return the sections of the configuration that was written last; nothing without one."""
        try:
            text = self.configuration_file.read_text(encoding="utf-8")
        except OSError:
            return {}
        head, *programs = _PROGRAM_SECTION.split(text)
        names = [program.partition("]")[0].removeprefix("[program:") for program in programs]
        return {"": head, **dict(zip(names, programs, strict=True))}

    def write(self, sections: Mapping[str, str]) -> None:
        """Write the configuration that `start` and `update` read."""
        owned_files.write(self.configuration_file, "".join(sections.values()))

    def start(self) -> None:
        """Start supervisord in the background; returns when its socket answers.

        Raises SupervisorError with what it printed.
        """
        self.socket.unlink(missing_ok=True)
        arguments = ["-m", "supervisor.supervisord", "-c", str(self.configuration_file)]
        command = [sys.executable, *arguments]
        environment = {
            **inherited(os.environ),
            processes.STACK_VARIABLE: str(self.paths.data),
            processes.COMPONENT_VARIABLE: "supervisord",
            # It imports pkg_resources when that is there, which warns on standard error.
            "PYTHONWARNINGS": "ignore",
        }
        done = subprocess.run(
            command,
            env=environment,
            cwd=self.paths.data,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            start_new_session=True,
        )
        if done.returncode != 0:
            printed = (done.stderr + done.stdout).strip()
            raise SupervisorError(f"supervisord did not start: {printed}")
        # The pid file is written after the parent has returned.
        deadline = time.monotonic() + TIMEOUT_S
        while self.pid() is None:
            if time.monotonic() > deadline:
                raise SupervisorError(f"supervisord did not start: see {self.paths.log}")
            time.sleep(processes.POLL_S)

    def update(self) -> None:
        """Take over a changed configuration; the components that it changes are stopped."""
        added, changed, removed = self.call("reloadConfig")[0]
        for name in (*changed, *removed):
            self.call("stopProcessGroup", name)
            self.call("removeProcessGroup", name)
        for name in (*added, *changed):
            self.call("addProcessGroup", name)

    def start_component(self, name: str) -> None:
        """Start a component without waiting for it; one that runs already stays as it is.

        One that ends at once is started again like one that ends a little later: `states` tells
        when supervisord has given up.
        """
        with contextlib.suppress(_AlreadyStartedError, _EndedAtOnceError):
            self.call("startProcess", name, False)

    def restart_component(self, name: str) -> None:
        """End a component and start it again. Raises SupervisorError."""
        if self.states()[name].pid:
            self.call("stopProcess", name)
        self.call("startProcess", name)

    def signal(self, name: str, signal_name: str) -> None:
        """Send a signal, such as HUP, to a component."""
        self.call("signalProcess", name, signal_name)

    def states(self) -> dict[str, ProcessState]:
        """Return the state of every component by name. Raises SupervisorError."""
        return {
            info["name"]: ProcessState(
                info["name"], info["statename"], info["pid"], info["start"], info["spawnerr"]
            )
            for info in self.call("getAllProcessInfo")
        }

    def shut_down(self) -> None:
        """Stop every component and supervisord itself; returns when it has ended."""
        pid = self.pid()
        if pid is None:
            return
        with contextlib.suppress(SupervisorError):
            self.call("shutdown")
        deadline = time.monotonic() + STOP_SECONDS + 5
        while processes.is_alive(pid) and time.monotonic() < deadline:
            time.sleep(processes.POLL_S)
        processes.end([processes.Process(pid)] if processes.is_alive(pid) else [])

    def call(self, method: str, *arguments: object) -> Any:
        """Call an XML-RPC method of supervisord's. Raises SupervisorError."""
        transport = _UnixTransport(self.socket)
        try:
            with xmlrpc.client.ServerProxy("http://supervisor", transport) as proxy:
                return getattr(proxy.supervisor, method)(*arguments)
        except xmlrpc.client.Fault as fault:
            error = _FAULTS.get(fault.faultCode, SupervisorError)
            raise error(f"supervisord: {method}{arguments}: {fault.faultString}") from fault
        except (OSError, http.client.HTTPException, xmlrpc.client.Error) as error:
            raise SupervisorError(f"supervisord does not answer: {error}") from error


class _AlreadyStartedError(SupervisorError):
    """The component runs already."""


class _EndedAtOnceError(SupervisorError):
    """The component ended before supervisord answered; it will be started again."""


# By the codes of supervisor.xmlrpc.Faults.
_FAULTS = {50: _EndedAtOnceError, 60: _AlreadyStartedError}


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: Path) -> None:
        super().__init__("supervisor", timeout=TIMEOUT_S)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(str(self._path))


class _UnixTransport(xmlrpc.client.Transport):
    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    def make_connection(self, host: object) -> http.client.HTTPConnection:
        connection = _UnixConnection(self._path)
        # What the transport closes.
        self._connection = ("supervisor", connection)
        return connection

"""Units of systemd and of launchd that start a stack with the machine: `up` does, and `down` ends.

https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html, launchd.plist(5).
"""

from __future__ import annotations

import os
import plistlib
from collections.abc import Sequence
from pathlib import Path

from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.runtimes.supervisord import STOP_SECONDS, Supervisor
from whiteroom_monitoring.project.model import Project

# `up` gives up earlier of itself.
_START_S = 180


def systemd(project: Project, paths: StackPaths, program: str) -> str:
    """Return the unit: supervisord, which `up` leaves behind, is the service's main process.

    When it dies, systemd ends what it has left and starts anew.
    """
    up, down = (_command(program, word, project, paths) for word in ("up", "down"))
    wanted_by = "multi-user.target" if os.getuid() == 0 else "default.target"
    return f"""\
# Written by `whiteroom unit systemd`.
[Unit]
Description=Monitoring of {_escaped(project.title)}
After=network.target

[Service]
Type=forking
PIDFile={_escaped(Supervisor(paths).pid_file)}
ExecStart={" ".join(map(_quoted, up))}
ExecStop={" ".join(map(_quoted, down))}
TimeoutStartSec={_START_S}
TimeoutStopSec={2 * STOP_SECONDS + 10}
Restart=on-failure
RestartSec=5

[Install]
WantedBy={wanted_by}
"""


def launchd(project: Project, paths: StackPaths, program: str) -> str:
    """Return the property list of an agent that runs `up` once, and leaves alone what it starts."""
    content = {
        "Label": f"{project.name}.{paths.name}",
        "ProgramArguments": list(_command(program, "up", project, paths)),
        "RunAtLoad": True,
        # What `up` has started goes on when `up` ends.
        "AbandonProcessGroup": True,
        "StandardOutPath": str(paths.data / "launchd.log"),
        "StandardErrorPath": str(paths.data / "launchd.log"),
    }
    return plistlib.dumps(content, sort_keys=False).decode()


def _command(program: str, word: str, project: Project, paths: StackPaths) -> Sequence[str]:
    places = ("--project", str(project.file), "--data", str(paths.data))
    return (program, word, *places, "--port-offset", str(paths.port_offset))


def _quoted(word: str) -> str:
    """Return a word as systemd reads it back: nothing in it is expanded.

    >>> print(_quoted('/a b/50%"$x'))
    "/a b/50%%\\"$$x"
    """
    text = _escaped(word).replace("\\", "\\\\").replace('"', '\\"').replace("$", "$$")
    return f'"{text}"'


def _escaped(value: str | Path) -> str:
    return str(value).replace("%", "%%")

"""What supervisord reads: the configuration of a stack, a section for each process.

http://supervisord.org/configuration.html, version 4.3.
"""

from __future__ import annotations

import os
import shlex
from collections.abc import Collection, Mapping, Sequence

from whiteroom_monitoring.deploy.host import accounts, processes
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.planner.resolution import ResolvedComponent
from whiteroom_monitoring.deploy.runtimes import log_rotation
from whiteroom_monitoring.deploy.runtimes.log_rotation import RotatedLog
from whiteroom_monitoring.deploy.runtimes.supervisord import (
    ATTEMPTS,
    START_SECONDS,
    STOP_SECONDS,
    Supervisor,
    SupervisorError,
)

DEFAULT_UMASK = 0o077

# Characters that a path in supervisord's configuration can't hold, however it is quoted.
FORBIDDEN_IN_PATHS = "\"'\\;\n"


def sections(
    supervisor: Supervisor,
    components: Sequence[ResolvedComponent],
    without_restart: Collection[str],
) -> dict[str, str]:
    """Return the sections of the configuration: the common ones as "", then one a process."""
    return {"": _head(supervisor)} | {
        c.name: _program(supervisor.paths, c, c.name not in without_restart)
        for c in components
        if not c.description.process_of
    }


def rotated_logs(components: Sequence[ResolvedComponent]) -> dict[str, RotatedLog]:
    """Return the logs that supervisord is to set aside, by their paths."""
    return {
        file.path: RotatedLog(file.path, file.max_bytes, c.process, file.reopen)
        for c in components
        for file in c.files
        if file.max_bytes
    }


def _head(supervisor: Supervisor) -> str:
    paths = supervisor.paths
    # Root must say that root is meant; others may not name a user.
    user = "user=root\n" if os.getuid() == 0 else ""
    return f"""\
; Written by `whiteroom up`.
[unix_http_server]
file={_escaped(supervisor.socket)}
chmod=0700

[supervisord]
{user}logfile={_escaped(paths.log / "supervisord.log")}
logfile_maxbytes=10MB
logfile_backups=1
pidfile={_escaped(supervisor.pid_file)}
directory={_escaped(paths.data)}
childlogdir={_escaped(paths.log)}
umask={DEFAULT_UMASK:03o}

[rpcinterface:supervisor]
supervisor.rpcinterface_factory=supervisor.rpcinterface:make_main_rpcinterface

[rpcinterface:log_rotation]
supervisor.rpcinterface_factory={log_rotation.__name__}:make_extension
plan={_escaped(supervisor.rotation_plan)}

"""


def _program(paths: StackPaths, component: ResolvedComponent, restart: bool) -> str:
    apart = component.description.confined or accounts.is_own(component.user)
    confined = apart and accounts.can_confine()
    prefix = _confinement(component) if confined else ()
    command = shlex.join([*prefix, *component.command])
    if "\n" in command:
        problem = "an argument has a line break, which supervisord's configuration can't hold"
        raise SupervisorError(f"{component.name}: {problem}")
    environment: Mapping[str, str] = {
        **component.environment,
        processes.STACK_VARIABLE: str(paths.data),
        processes.COMPONENT_VARIABLE: component.name,
    }
    user = f"user={component.user}\n" if component.user and not confined else ""
    umask = component.description.umask
    mask = "" if umask == DEFAULT_UMASK else f"umask={umask:03o}\n"
    variables = ",".join(f'{name}="{_escaped(value)}"' for name, value in environment.items())
    return f"""\
[program:{component.name}]
command={_escaped(command)}
{user}{mask}environment={variables}
autostart=false
autorestart={str(restart).lower()}
startsecs={START_SECONDS}
startretries={ATTEMPTS - 1}
stopsignal={component.description.stop_signal}
stopwaitsecs={STOP_SECONDS}
stopasgroup=true
killasgroup=true
redirect_stderr=true
stdout_logfile={_escaped(paths.log / (component.name + ".log"))}
stdout_logfile_maxbytes=10MB
stdout_logfile_backups=2

"""


def _confinement(component: ResolvedComponent) -> tuple[str, ...]:
    prefix = accounts.confinement(component.user, component.capabilities)
    limits = component.description.real_time and accounts.can_raise_limits()
    return (*accounts.REAL_TIME, *prefix) if limits else prefix


def _escaped(value: object) -> str:
    # supervisord expands %(name)s.
    return str(value).replace("%", "%%")

"""Probes of access: Prometheus and Alertmanager ask for a password, secrets stay secret."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from http import HTTPStatus
from pathlib import Path

import psutil

from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.deploy.host import accounts, processes
from whiteroom_monitoring.deploy.running import state
from whiteroom_monitoring.diagnostics import CheckFailed, CheckSkipped
from whiteroom_monitoring.probes.stack import Stack, failure, probe

_PATHS = {
    "prometheus": "/api/v1/status/config",
    "alertmanager": "/api/v2/silences",
    "reconciler": "/api/v2/silences",
}
_SHORTEST_SECRET = 16
NO_RIGHTS, RIGHTS = "no capability", "capabilities"
# Those that a component may keep, by their numbers in <linux/capability.h>.
_CAPABILITIES = {
    "chown": 0,
    "dac_override": 1,
    "dac_read_search": 2,
    "fowner": 3,
    "kill": 5,
    "setgid": 6,
    "setuid": 7,
    "sys_ptrace": 19,
    "sys_nice": 23,
    "syslog": 34,
}


@probe("access.passwords", "access", "whoever has no password is refused")
def access_passwords(stack: Stack) -> str:
    for name, path in _PATHS.items():
        status = HttpClient(name, stack.paths.url(name)).get_status(path)
        if status != HTTPStatus.UNAUTHORIZED:
            raise CheckFailed(f"{name} answers a stranger with status {status}, expected 401")
    return ", ".join(_PATHS)


@probe("access.secrets", "access", "no secret in the environment or the arguments of a process")
def access_secrets(stack: Stack) -> str:
    _require_processes(stack)
    secrets = set(_secrets(stack.paths.secrets))
    running = processes.of_stack(stack.paths.data)
    telling = [
        (process.component or str(process.pid), place)
        for process in running
        for place, text in _told(process.pid)
        if any(secret in text for secret in secrets)
    ]
    if telling:
        raise failure("process", telling, "whiteroom down, then whiteroom up")
    return f"{len(running)} processes"


@probe("access.processes", "access", "each process as its own user, and with no right beyond it")
def access_processes(stack: Stack) -> str:
    _require_processes(stack)
    known = state.read(stack.paths)
    expected = {c.process: c for c in known.components} if known else {}
    running = [p for p in processes.of_stack(stack.paths.data) if p.component in expected]
    rights = [(p.component, *_rights(p.pid)) for p in running]
    beyond = [
        (name, f"runs as {user} with {process_rights}, expected {_allowed(expected[name])}")
        for name, user, process_rights in rights
        if not _may(expected[name], user, process_rights)
    ]
    if beyond:
        raise failure("process", beyond, "whiteroom down, then whiteroom up")
    return ", ".join(
        sorted(f"{name} ({user}, {process_rights})" for name, user, process_rights in rights)
    )


def _require_processes(stack: Stack) -> None:
    """Skip the check where processes are out of sight."""
    known = state.read(stack.paths)
    if known and known.in_containers:
        raise CheckSkipped("each container has processes of its own; its engine confines them")


def _rights(pid: int) -> tuple[str, str]:
    """Return the user of a process, and which rights it has beyond those of its user."""
    try:
        user = psutil.Process(pid).username()
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
        return "nobody", NO_RIGHTS
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    capabilities = int(fields["CapEff"], 16)
    known = [name for name, number in _CAPABILITIES.items() if capabilities & 1 << number]
    if capabilities == sum(1 << _CAPABILITIES[name] for name in known):
        return user, _named(known)
    return user, RIGHTS


def _named(capabilities: Sequence[str]) -> str:
    return ", ".join(sorted(capabilities)) or NO_RIGHTS


def _may(component: state.ComponentState, user: str, rights: str) -> bool:
    """Tell whether a process of the component may be that user, and hold that."""
    own = component.user or accounts.user_name(None)
    return user in (own, "nobody") and rights in (NO_RIGHTS, _declared(component))


def _declared(component: state.ComponentState) -> str:
    is_bound = bool(component.user) or component.confined
    return _named(component.capabilities) if is_bound else RIGHTS


def _allowed(component: state.ComponentState) -> str:
    return f"{component.user or accounts.user_name(None)} with {_declared(component)}"


def _secrets(folder: Path) -> Iterator[str]:
    for path in folder.rglob("*"):
        text = path.read_text(encoding="utf-8").strip() if path.is_file() else ""
        # What stands for a credential that is not set is no secret.
        if (
            len(text) >= _SHORTEST_SECRET
            and "\n" not in text
            and not text.startswith("http://127.")
        ):
            yield text


def _told(pid: int) -> Iterator[tuple[str, str]]:
    """Yield what everybody who may look at a process reads of it."""
    try:
        process = psutil.Process(pid)
        yield "environment", "\n".join(process.environ().values())
        yield "arguments", "\n".join(process.cmdline())
    except (psutil.NoSuchProcess, psutil.AccessDenied, OSError):
        return

"""Probes of access: Prometheus and Alertmanager ask for a password, secrets stay secret."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import psutil

from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.diagnostics import CheckFailed
from whiteroom_monitoring.probes.stack import Stack, failure, probe

_PATHS = {
    "prometheus": "/api/v1/status/config",
    "alertmanager": "/api/v2/silences",
    "reconciler": "/api/v2/silences",
}
_SHORTEST_SECRET = 16


@probe("access.passwords", "access", "whoever has no password is refused")
def access_passwords(stack: Stack) -> str:
    for name, path in _PATHS.items():
        status = HttpClient(name, stack.paths.url(name)).get_status(path)
        if status != HTTPStatus.UNAUTHORIZED:
            raise CheckFailed(f"{name} answers a stranger with status {status}, expected 401")
    return ", ".join(_PATHS)


@probe("access.secrets", "access", "no secret in the environment or the arguments of a process")
def access_secrets(stack: Stack) -> str:
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

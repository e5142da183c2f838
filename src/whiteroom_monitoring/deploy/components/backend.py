"""The reference backend, and the musicians who use it and the engine."""

from __future__ import annotations

import os
from pathlib import Path

from whiteroom_monitoring import __version__
from whiteroom_monitoring.deploy.accounts import WEB, account, make_folder
from whiteroom_monitoring.deploy.component import PYTHON, Component
from whiteroom_monitoring.deploy.components import postgresql, redis, reference_app
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths


def socket(paths: StackPaths) -> Path:
    """Return the socket on which the backend answers nginx."""
    return paths.run / "backend/backend.sock"


def version_file(paths: StackPaths) -> Path:
    """Return the file that says which version of White Room is deployed."""
    return paths.data / "deployed-version"


def audit_report(paths: StackPaths) -> Path:
    """Return the audit report that CI writes: $WHITEROOM_AUDIT_REPORT, else in the data folder."""
    return Path(os.environ.get("WHITEROOM_AUDIT_REPORT") or paths.data / "audit-report.json")


def component(paths: StackPaths) -> Component:
    """Return the backend."""
    return Component(
        "backend",
        2,
        PYTHON,
        (
            *("-m", "whiteroom_backend"),
            *("--database", postgresql.connection(paths, postgresql.BACKEND_ROLE)),
            *("--redis", f"unix://{redis.socket(paths)}"),
            *("--socket", str(socket(paths))),
            *("--metrics-port", str(paths.port("backend"))),
            *("--segments", str(paths.segments)),
            *("--version-file", str(version_file(paths))),
            *("--audit-report", str(audit_report(paths))),
        ),
        ports=("backend",),
        health="/-/healthy",
        of_app=True,
        needs=("postgresql",),
        environment=reference_app.python_path("backend"),
        prepare=lambda: prepare(paths),
        absent=reference_app.missing(),
    )


def prepare(paths: StackPaths) -> None:
    """Make the folder of its socket, which nginx may enter, and say which version it is."""
    make_folder(socket(paths).parent, group=account(WEB), mode=0o710)
    if not version_file(paths).exists():
        version_file(paths).write_text(f"{__version__}\n", encoding="utf-8")


def musicians(paths: StackPaths) -> Component:
    """Return the load generator."""
    return Component(
        "musicians",
        4,
        PYTHON,
        (
            *("-m", "whiteroom_musicians"),
            *("--url", f"http://{LOOPBACK}:{paths.port('web')}"),
            *("--control", str(paths.control_socket)),
        ),
        of_app=True,
        needs=("nginx",),
        environment=reference_app.python_path("musicians"),
        absent=reference_app.missing(),
    )

"""The reference backend, and the musicians who use it and the engine."""

from __future__ import annotations

import os
from pathlib import Path

from whiteroom_monitoring import __version__
from whiteroom_monitoring.deploy.accounts import WEB, account, make_folder
from whiteroom_monitoring.deploy.component import PYTHON, Component
from whiteroom_monitoring.deploy.components import postgresql, redis, reference_app
from whiteroom_monitoring.deploy.paths import LOOPBACK, Layout


def socket(layout: Layout) -> Path:
    """Return the socket on which the backend answers nginx."""
    return layout.run / "backend/backend.sock"


def version_file(layout: Layout) -> Path:
    """Return the file that says which version of White Room is deployed."""
    return layout.data / "deployed-version"


def audit_report(layout: Layout) -> Path:
    """Return the audit report that CI writes: $WHITEROOM_AUDIT_REPORT, else in the data folder."""
    return Path(os.environ.get("WHITEROOM_AUDIT_REPORT") or layout.data / "audit-report.json")


def component(layout: Layout) -> Component:
    """Return the backend."""
    return Component(
        "backend",
        2,
        PYTHON,
        (
            *("-m", "whiteroom_backend"),
            *("--database", postgresql.connection(layout, postgresql.BACKEND_ROLE)),
            *("--redis", f"unix://{redis.socket(layout)}"),
            *("--socket", str(socket(layout))),
            *("--metrics-port", str(layout.port("backend"))),
            *("--segments", str(layout.segments)),
            *("--version-file", str(version_file(layout))),
            *("--audit-report", str(audit_report(layout))),
        ),
        ports=("backend",),
        health="/-/healthy",
        of_app=True,
        needs=("postgresql",),
        environment=reference_app.python_path("backend"),
        prepare=lambda: prepare(layout),
        absent=reference_app.missing(),
    )


def prepare(layout: Layout) -> None:
    """Make the folder of its socket, which nginx may enter, and say which version it is."""
    make_folder(socket(layout).parent, group=account(WEB), mode=0o710)
    if not version_file(layout).exists():
        version_file(layout).write_text(f"{__version__}\n", encoding="utf-8")


def musicians(layout: Layout) -> Component:
    """Return the load generator."""
    return Component(
        "musicians",
        4,
        PYTHON,
        (
            *("-m", "whiteroom_musicians"),
            *("--url", f"http://{LOOPBACK}:{layout.port('web')}"),
            *("--control", str(layout.control_socket)),
        ),
        of_app=True,
        needs=("nginx",),
        environment=reference_app.python_path("musicians"),
        absent=reference_app.missing(),
    )

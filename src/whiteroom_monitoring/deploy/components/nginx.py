"""nginx for the reference app: what the musicians talk to."""

from __future__ import annotations

import string
from pathlib import Path

from whiteroom_monitoring.deploy.accounts import WEB, account, make_folder
from whiteroom_monitoring.deploy.component import Component, debian
from whiteroom_monitoring.deploy.components import backend, reference_app
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths

NGINX = debian("nginx-light", "nginx", version="-v")
# Where nginx tells how it does, to this machine only.
STATUS_PATH = "/stub_status"


def component(paths: StackPaths) -> Component:
    """Return the server."""
    return Component(
        "nginx",
        3,
        NGINX,
        ("-c", str(_configuration(paths)), "-e", "stderr"),
        ports=("web",),
        health="/-/healthy",
        of_app=True,
        needs=("backend",),
        user=account(WEB),
        prepare=lambda: prepare(paths),
        absent=reference_app.missing(),
    )


def prepare(paths: StackPaths) -> None:
    """Make its folders and write its configuration."""
    owner = account(WEB)
    make_folder(paths.data / "nginx", owner)
    template = string.Template((reference_app.folder("backend") / "nginx.conf").read_text("utf-8"))
    path = _configuration(paths)
    text = template.substitute(
        data=paths.data / "nginx",
        listen=f"{LOOPBACK}:{paths.port('web')}",
        status=STATUS_PATH,
        backend=backend.socket(paths),
    )
    path.write_text(text, encoding="utf-8")
    path.chmod(0o644)


def _configuration(paths: StackPaths) -> Path:
    return paths.run / "nginx.conf"

"""The reference backend, and the musicians who use it and the engine."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import (
    APP_ACCOUNT,
    PYTHON,
    CloneRequired,
    Component,
    File,
    Folder,
    HttpProbe,
    Port,
    Variant,
)
from whiteroom_monitoring.deploy.components.node_exporter import EXPORTER_ACCOUNT
from whiteroom_monitoring.deploy.postgresql import BACKEND_ROLE

from . import postgresql, redis
from .engine import CONTROL_SOCKET

# The account of Debian's web servers, which may enter the folder of the backend's socket.
WEB_ACCOUNT = "www-data"
SOCKET = "{run}/backend/backend.sock"

# Its first line says which version of White Room is deployed.
_VERSION_FILE = "{data}/deployed-version"

_BACKEND = Component(
    "backend",
    stage=2,
    variants=(
        Variant(
            PYTHON,
            (
                *("-m", "whiteroom_backend"),
                *("--database", postgresql.connection(BACKEND_ROLE)),
                *("--redis", f"unix://{redis.SOCKET}"),
                *("--socket", SOCKET),
                *("--metrics-port", "{port[backend]}"),
                *("--segments", "{segments}"),
                *("--version-file", _VERSION_FILE),
                *("--audit-report", "{audit_report}"),
            ),
            HttpProbe("/-/healthy"),
            {"PYTHONPATH": "{root}/reference_app/backend"},
        ),
    ),
    ports=(Port("backend", 8002),),
    provides="business-metrics",
    of_app=True,
    needs=("postgresql",),
    conditions=(CloneRequired(),),
    user=APP_ACCOUNT,
    # Redis' socket is open to the exporters' group.
    groups=(EXPORTER_ACCOUNT,),
    folders=(Folder("{run}/backend", APP_ACCOUNT, WEB_ACCOUNT, mode=0o710),),
    files=(File(_VERSION_FILE, "{version}\n", once=True),),
)
_MUSICIANS = Component(
    "musicians",
    stage=4,
    variants=(
        Variant(
            PYTHON,
            (
                *("-m", "whiteroom_musicians"),
                *("--url", "{url[web]}"),
                *("--control", CONTROL_SOCKET),
            ),
            environment={"PYTHONPATH": "{root}/reference_app/musicians"},
        ),
    ),
    of_app=True,
    needs=("nginx",),
    conditions=(CloneRequired(),),
    user=APP_ACCOUNT,
)

COMPONENTS = (_BACKEND, _MUSICIANS)

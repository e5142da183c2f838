"""The reference front end in Swift, which hosts the engine in its own process."""

from __future__ import annotations

import os
from pathlib import Path

from whiteroom_monitoring.deploy.accounts import make_folder
from whiteroom_monitoring.deploy.component import Component, Program
from whiteroom_monitoring.deploy.components import engine
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.project import repository_root

REFRESH_HERTZ = 60


def program() -> Program:
    """Return the front end: $WHITEROOM_FRONTEND, else the one that was built in the clone."""
    root = repository_root()
    built = str(root / ".build/release/whiteroom-frontend") if root else "whiteroom-frontend"
    remedy = "install Swift and run infrastructure/monitoring/start.sh --install-only"
    return Program((os.environ.get("WHITEROOM_FRONTEND") or built,), remedy)


def library() -> Path:
    """Return the engine's library, which the front end loads."""
    root = repository_root()
    return (root or Path()) / "build/lib/libwhiteroom_engine.so"


def exports(paths: StackPaths) -> Path:
    """Return the folder of what the front end's user exports."""
    return paths.data / "exports"


def component(paths: StackPaths) -> Component:
    """Return the front end. The component `engine` then runs within its process."""
    return Component(
        "frontend",
        3,
        program(),
        (
            *("--engine", str(library())),
            *engine.stream(),
            *("--engine-metrics-port", str(paths.port("engine"))),
            *("--metrics-port", str(paths.port("frontend"))),
            *("--segments", str(paths.segments)),
            *("--control", str(paths.control_socket)),
            *("--refresh-hertz", str(REFRESH_HERTZ)),
            *("--exports", str(exports(paths))),
            # The engine's lines go to the process' own output.
            *("--log-file", str(paths.log / "frontend.log")),
        ),
        ports=("frontend",),
        health="/-/healthy",
        of_app=True,
        needs=("engine",),
        process_of="engine",
        prepare=lambda: make_folder(exports(paths)),
        absent=_absent(),
    )


def _absent() -> str:
    if os.environ.get("WHITEROOM_ENGINE"):
        return "$WHITEROOM_ENGINE names a program that runs alone"
    return "" if library().exists() else f"there is no {library().name} for it to host"

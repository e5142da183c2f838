"""The reference front end in Swift, which hosts the engine in its own process."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import (
    APP_ACCOUNT,
    LOG_BYTES,
    Component,
    File,
    FileRequired,
    Folder,
    HttpProbe,
    Port,
    Program,
    VariableUnset,
    Variant,
)

from . import engine

REFRESH_HERTZ = 60

_PROGRAM = Program(
    ("{root}/.build/release/whiteroom-frontend", "whiteroom-frontend"),
    "install Swift and run infrastructure/monitoring/start.sh --install-only",
    variable="WHITEROOM_FRONTEND",
)
_LIBRARY = "{root}/build/lib/libwhiteroom_engine.so"
# What the front end's user exports.
_EXPORTS = "{data}/exports"
_LOG = "{log}/frontend.log"


def _variant(driver: str) -> Variant:
    return Variant(
        _PROGRAM,
        (
            *("--engine", _LIBRARY),
            *engine.stream(driver),
            *("--engine-metrics-port", "{port[engine]}"),
            *("--metrics-port", "{port[frontend]}"),
            *("--segments", "{segments}"),
            *("--control", engine.CONTROL_SOCKET),
            *("--refresh-hertz", str(REFRESH_HERTZ)),
            *("--exports", _EXPORTS),
            # The engine's lines go to the process' own output.
            *("--log-file", _LOG),
            *("--engine-event-log", engine.EVENT_LOG),
        ),
        HttpProbe("/-/healthy"),
        engine.CLIENT_OF_JACK,
        needs=engine.DRIVERS[driver],
    )


COMPONENTS = (
    Component(
        "frontend",
        stage=3,
        variants=tuple(_variant(driver) for driver in engine.DRIVERS),
        ports=(Port("frontend", 8001),),
        provides="swift-frontend",
        of_app=True,
        needs=("engine",),
        conditions=(
            VariableUnset("WHITEROOM_ENGINE", "$WHITEROOM_ENGINE names a program that runs alone"),
            FileRequired(_LIBRARY, "there is no libwhiteroom_engine.so for it to host"),
        ),
        user=APP_ACCOUNT,
        files=(File(_LOG, mode=0o600, once=True, owner=APP_ACCOUNT, max_bytes=LOG_BYTES),),
        folders=(Folder(_EXPORTS, APP_ACCOUNT), engine.CONTROL_FOLDER),
        process_of="engine",
    ),
)

"""The reference engine, and the JACK server that calls it."""

from __future__ import annotations

import os

from whiteroom_monitoring.deploy.component import Component, Program, debian
from whiteroom_monitoring.deploy.components import jack
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.project import repository_root

SAMPLE_RATE_HZ = 48_000
BUFFER_FRAMES = 256

JACKD = debian("jackd2", "jackd")


def engine_program() -> Program:
    """Return the reference engine: $WHITEROOM_ENGINE, else the one that was built in the clone."""
    root = repository_root()
    built = str(root / "build/bin/whiteroom-engine") if root else "whiteroom-engine"
    remedy = "build it with infrastructure/monitoring/start.sh --install-only"
    return Program((os.environ.get("WHITEROOM_ENGINE") or built,), remedy)


def stream() -> tuple[str, ...]:
    """Return the options that say what calls the engine, and for what."""
    return (
        *("--driver", "clock" if JACKD.find() is None else "jack"),
        *("--sample-rate", str(SAMPLE_RATE_HZ)),
        *("--buffer-frames", str(BUFFER_FRAMES)),
    )


def components(paths: StackPaths) -> list[Component]:
    """Return the engine, called by JACK where jackd is installed, else by a clock."""
    with_jack = JACKD.find() is not None
    engine = Component(
        "engine",
        2,
        engine_program(),
        (
            *stream(),
            *("--metrics-port", str(paths.port("engine"))),
            *("--segments", str(paths.segments)),
            *("--control", str(paths.control_socket)),
        ),
        ports=("engine",),
        health="/-/healthy",
        of_app=True,
        environment={"JACK_DEFAULT_SERVER": jack.server_name(paths), "JACK_NO_START_SERVER": "1"},
    )
    return [_jack(paths), engine] if with_jack else [engine]


def _jack(paths: StackPaths) -> Component:
    return Component(
        "jack",
        1,
        JACKD,
        (
            *("--name", jack.server_name(paths), "-d", "dummy"),
            *("-r", str(SAMPLE_RATE_HZ), "-p", str(BUFFER_FRAMES)),
        ),
        ready=jack.ready_file(paths),
        of_app=True,
        absent="" if engine_program().find() else "there is no engine for it to call",
    )

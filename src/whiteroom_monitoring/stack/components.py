"""What the stack consists of: one description for each component.

The order of the stages is the order of the start. Prometheus comes last: its first scrape follows
within one interval of its start and then finds everything there.
"""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from whiteroom_monitoring.locations import repository_root
from whiteroom_monitoring.stack import jack
from whiteroom_monitoring.stack.layout import LOOPBACK, Layout

# White Room's limits on what Prometheus keeps.
RETENTION_TIME = "15d"
RETENTION_SIZE = "10GB"

SAMPLE_RATE_HZ = 48_000
BUFFER_FRAMES = 256

STAGES = (1, 2, 3)


@dataclass(frozen=True)
class Program:
    """An executable: the names it may have, and how to come by it."""

    names: tuple[str, ...]
    remedy: str

    def find(self) -> str | None:
        """Return the path of the program, or None when this machine has none."""
        path = os.pathsep.join([os.environ.get("PATH", ""), "/usr/local/bin", "/usr/bin", "/bin"])
        found = (shutil.which(name, path=path) for name in self.names)
        return next((program for program in found if program), None)


def _debian(package: str, *names: str) -> Program:
    return Program(names, f"install Debian's package {package}")


# Upstream's name first, then Debian's.
PROMETHEUS = _debian("prometheus", "prometheus")
ALERTMANAGER = _debian("prometheus-alertmanager", "alertmanager", "prometheus-alertmanager")
NODE_EXPORTER = _debian("prometheus-node-exporter", "node_exporter", "prometheus-node-exporter")
JACKD = _debian("jackd2", "jackd")
PYTHON = Program((sys.executable,), "install the package again")


def engine_program() -> Program:
    """Return the reference engine: $WHITEROOM_ENGINE, else the one that was built in the clone."""
    root = repository_root()
    built = str(root / "build/bin/whiteroom-engine") if root else "whiteroom-engine"
    remedy = (
        "build it with infrastructure/monitoring/start.sh --install-only, "
        "or leave the reference app out with --without-app"
    )
    return Program((os.environ.get("WHITEROOM_ENGINE") or built,), remedy)


@dataclass(frozen=True)
class Component:
    """One supervised program.

    ``ports`` are keys of layout.PORTS; the first serves HTTP with ``health`` below it. A component
    without ``health`` is well as long as ``ready`` exists, or, without that, as long as it runs.
    """

    name: str
    stage: int
    program: Program
    arguments: tuple[str, ...]
    ports: tuple[str, ...] = ()
    health: str | None = None
    ready: Path | None = None
    of_app: bool = False
    environment: Mapping[str, str] = field(default_factory=dict)


def components(layout: Layout, with_app: bool) -> list[Component]:
    """Return the components of a stack in the order of their start."""
    monitoring = [
        _alertmanager(layout),
        _node_exporter(layout),
        _agent(layout),
        _inbox(layout),
        _prometheus(layout),
    ]
    app = _app(layout) if with_app else []
    return sorted([*monitoring, *app], key=lambda component: component.stage)


def _prometheus(layout: Layout) -> Component:
    return Component(
        "prometheus",
        3,
        PROMETHEUS,
        (
            f"--config.file={layout.config}/prometheus/prometheus.yml",
            f"--storage.tsdb.path={layout.data}/prometheus",
            f"--storage.tsdb.retention.time={RETENTION_TIME}",
            f"--storage.tsdb.retention.size={RETENTION_SIZE}",
            f"--web.listen-address={LOOPBACK}:{layout.port('prometheus')}",
            f"--web.external-url={layout.url('prometheus')}/",
            # An alert that fires before Alertmanager is known, in the first seconds of a start,
            # is sent again after this time. It outlives Prometheus for four times as long.
            "--rules.alert.resend-delay=30s",
            # By default it waits for 5 s before its first scrapes, which `up` waits for.
            "--scrape.discovery-reload-interval=1s",
        ),
        ports=("prometheus",),
        health="/-/ready",
        # Half the default: the collector runs more often, and the process stays half as large.
        environment={"GOGC": "50"},
    )


def _alertmanager(layout: Layout) -> Component:
    return Component(
        "alertmanager",
        1,
        ALERTMANAGER,
        (
            f"--config.file={layout.config}/alertmanager/alertmanager.yml",
            f"--storage.path={layout.data}/alertmanager",
            f"--web.listen-address={LOOPBACK}:{layout.port('alertmanager')}",
            f"--web.external-url={layout.url('alertmanager')}/",
            # Without it, Alertmanager listens on all interfaces for other members of a cluster.
            "--cluster.listen-address=",
        ),
        ports=("alertmanager",),
        health="/-/ready",
        environment={"GOGC": "50"},
    )


def _node_exporter(layout: Layout) -> Component:
    return Component(
        "node-exporter",
        1,
        NODE_EXPORTER,
        (f"--web.listen-address={LOOPBACK}:{layout.port('node-exporter')}",),
        ports=("node-exporter",),
        health="/",
        environment={"GOGC": "50"},
    )


def _ours(command: str, *arguments: str) -> tuple[str, ...]:
    return ("-m", "whiteroom_monitoring", command, "--address", LOOPBACK, *arguments)


def _agent(layout: Layout) -> Component:
    return Component(
        "agent",
        1,
        PYTHON,
        _ours("agent", "--port", str(layout.port("agent")), "--segments", str(layout.segments)),
        ports=("agent",),
        health="/-/healthy",
    )


def _inbox(layout: Layout) -> Component:
    return Component(
        "inbox",
        1,
        PYTHON,
        _ours(
            "inbox",
            *("--port", str(layout.port("inbox"))),
            *("--smtp-port", str(layout.port("inbox-smtp"))),
            *("--data", str(layout.data / "inbox")),
            *("--segments", str(layout.segments)),
        ),
        ports=("inbox", "inbox-smtp"),
        health="/-/healthy",
    )


def _app(layout: Layout) -> list[Component]:
    with_jack = JACKD.find() is not None
    engine = Component(
        "engine",
        2,
        engine_program(),
        (
            *("--driver", "jack" if with_jack else "clock"),
            *("--sample-rate", str(SAMPLE_RATE_HZ)),
            *("--buffer-frames", str(BUFFER_FRAMES)),
            *("--metrics-port", str(layout.port("engine"))),
            *("--segments", str(layout.segments)),
            *("--control", str(layout.control_socket)),
        ),
        ports=("engine",),
        health="/-/healthy",
        of_app=True,
        environment={"JACK_DEFAULT_SERVER": jack.server_name(layout), "JACK_NO_START_SERVER": "1"},
    )
    return [_jack(layout), engine] if with_jack else [engine]


def _jack(layout: Layout) -> Component:
    return Component(
        "jack",
        1,
        JACKD,
        (
            *("--name", jack.server_name(layout), "-d", "dummy"),
            *("-r", str(SAMPLE_RATE_HZ), "-p", str(BUFFER_FRAMES)),
        ),
        ready=jack.ready_file(layout),
        of_app=True,
    )

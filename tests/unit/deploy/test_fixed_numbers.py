"""What operators, firewalls and other projects build on: ports, stages and who may be left out."""

from __future__ import annotations

import stat
from pathlib import Path

from components import engine, frontend

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.deploy.component import Component, File, Folder, Port, Variant
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.registry import load, port_numbers, scrape_jobs

COMPONENTS = load(WHITE_ROOM)
PORTS = port_numbers(COMPONENTS)
HIGHEST_OFFSET = StackPaths(Path("/"), 0, PORTS).highest_offset
BY_NAME = {component.name: component for component in COMPONENTS}


def test_ports_are_those_that_white_room_fixed() -> None:
    """A port that moves breaks every bookmark, scrape job and firewall rule that names it."""
    assert PORTS == {
        "prometheus": 9090, "console": 3000, "alertmanager": 9093, "loki": 3100,
        "node-exporter": 9100, "cadvisor": 8080, "postgres-exporter": 9187,
        "redis-exporter": 9121, "nginx-exporter": 9113, "engine": 8000, "frontend": 8001,
        "backend": 8002, "segment-exporter": 8003, "inbox": 8004, "inbox-smtp": 8025,
        "reconciler": 8005, "watcher": 8006, "web": 8090, "shipper": 9080, "syslog": 1514,
    }  # fmt: skip
    assert max(PORTS.values()) + HIGHEST_OFFSET == 65535


def test_what_is_watched_starts_before_who_watches() -> None:
    """Data stores and receivers come first, then the app, its users, its exporters, Prometheus."""
    stages: dict[int, set[str]] = {}
    for component in COMPONENTS:
        stages.setdefault(component.stage, set()).add(component.name)
    assert stages == {
        1: {"alertmanager", "cadvisor", "inbox", "jack", "journald", "log-store", "node-exporter",
            "postgresql", "redis", "segment-exporter"},
        2: {"backend", "console", "engine", "reconciler", "shipper"},
        3: {"frontend", "nginx", "rsyslog"},
        4: {"musicians", "nginx-exporter", "postgres-exporter", "redis-exporter"},
        5: {"prometheus", "watcher"},
    }  # fmt: skip


def test_only_the_way_from_a_metric_to_the_inbox_is_required() -> None:
    """Everything else may be missing, and is then left out with a reason."""
    required = {component.name for component in COMPONENTS if component.required}
    assert required == {
        *("alertmanager", "inbox", "prometheus", "reconciler", "segment-exporter"),
    }
    assert not Component("x", 1, ()).required


def test_the_reference_app_is_left_out_as_a_whole() -> None:
    """What belongs to the app is watched only where it runs."""
    assert {component.name for component in COMPONENTS if component.of_app} == {
        "backend", "engine", "frontend", "jack", "musicians", "nginx", "postgresql", "redis",
    }  # fmt: skip
    assert not Component("x", 1, ()).of_app


def test_audio_is_scraped_more_often() -> None:
    """Only the engine has an interval of its own, 10 s, and who watches the way of scrapes."""
    intervals = {
        name: job.interval_s for name, job in scrape_jobs(COMPONENTS).items() if job.interval_s
    }
    assert intervals == {"engine": 10, "watcher": 5}
    assert (engine.SAMPLE_RATE_HZ, engine.BUFFER_FRAMES, frontend.REFRESH_HERTZ) == (
        48_000,
        256,
        60,
    )


def test_what_is_made_is_private_unless_it_has_to_be_shared() -> None:
    """Folders are their owner's alone but for those of sockets; files are for all to read."""
    modes = {
        (component.name, folder.path): folder.mode
        for component in COMPONENTS
        for folder in (*component.folders, *(f for v in component.variants for f in v.folders))
        if folder.mode != 0o700
    }
    assert modes
    assert all(mode & stat.S_IWOTH == 0 for mode in modes.values()), modes
    assert set(modes.values()) <= {0o710, 0o750, 0o755}
    assert (Folder("x").mode, File("x").mode, File("x").once) == (0o700, 0o644, False)
    assert Variant(BY_NAME["inbox"].variants[0].program, ()).probe is None
    assert Port("x", 1).number == 1

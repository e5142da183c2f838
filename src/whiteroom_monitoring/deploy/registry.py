"""What the stack consists of: one description for each component.

The order of the stages is the order of the start. Prometheus comes last: its first scrape follows
within one interval of its start and then finds everything there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace

from whiteroom_monitoring.deploy.component import PYTHON, Component, debian, ours
from whiteroom_monitoring.deploy.components import (
    backend,
    console,
    engine,
    exporters,
    frontend,
    nginx,
    postgresql,
    redis,
)
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths

# White Room's limits on what Prometheus keeps.
RETENTION_TIME = "15d"
RETENTION_SIZE = "10GB"

PROMETHEUS = debian("prometheus", "prometheus")
ALERTMANAGER = debian("prometheus-alertmanager", "alertmanager", "prometheus-alertmanager")


@dataclass(frozen=True)
class Selection:
    """The components that a stack is made of, and why others are left out, by name."""

    kept: list[Component]
    left_out: dict[str, str]


def components(paths: StackPaths, with_app: bool) -> list[Component]:
    """Return all components that a stack may have, in the order of their start."""
    monitoring = [
        _alertmanager(paths),
        _segment_exporter(paths),
        _inbox(paths),
        console.component(paths),
        _prometheus(paths),
        *exporters.components(paths),
    ]
    app = [
        *engine.components(paths),
        frontend.component(paths),
        postgresql.component(paths),
        redis.component(paths),
        backend.component(paths),
        nginx.component(paths),
        backend.musicians(paths),
    ]
    found = [*monitoring, *app] if with_app else _without(monitoring, {c.name for c in app})
    return sorted(found, key=lambda component: component.stage)


def _without(found: list[Component], names: set[str]) -> list[Component]:
    return [component for component in found if not names.intersection(component.needs)]


def select(paths: StackPaths, with_app: bool, unwanted: Collection[str]) -> Selection:
    """Return the components that this machine has; one that is required is kept in any case."""
    kept: list[Component] = []
    left_out: dict[str, str] = {}
    for component in components(paths, with_app):
        reason = _reason_against(component, unwanted, left_out)
        if reason:
            left_out[component.name] = reason
        else:
            kept.append(component)
    return Selection(_hosted(kept), left_out)


def _hosted(kept: list[Component]) -> list[Component]:
    """Let components that run within the process of another one be started by its program."""
    hosts = {component.process_of: component for component in kept if component.process_of}
    return [_run_by(hosts.get(component.name, component), component) for component in kept]


def _run_by(host: Component, component: Component) -> Component:
    if host is component:
        return component
    return replace(component, program=host.program, arguments=host.arguments, prepare=host.prepare)


def _reason_against(
    component: Component, unwanted: Collection[str], left_out: dict[str, str]
) -> str:
    if component.name in unwanted:
        return "not wanted (--without)"
    if component.absent:
        return component.absent
    missing = [name for name in component.needs if name in left_out]
    if missing:
        return f"it needs {', '.join(missing)}"
    program = component.program
    if not component.required and program.find() is None:
        return f"{program.names[-1]} was not found; {program.remedy}"
    return ""


def _prometheus(paths: StackPaths) -> Component:
    return Component(
        "prometheus",
        5,
        PROMETHEUS,
        (
            f"--config.file={paths.config}/prometheus/prometheus.yml",
            f"--storage.tsdb.path={paths.data}/prometheus",
            f"--storage.tsdb.retention.time={RETENTION_TIME}",
            f"--storage.tsdb.retention.size={RETENTION_SIZE}",
            f"--web.listen-address={LOOPBACK}:{paths.port('prometheus')}",
            f"--web.external-url={paths.url('prometheus')}/",
            # An alert that fires before Alertmanager is known, in the first seconds of a start,
            # is sent again after this time. It outlives Prometheus for four times as long.
            "--rules.alert.resend-delay=30s",
            # What a request took leads to its trace: Prometheus keeps these only when told to.
            "--enable-feature=exemplar-storage",
            # By default it waits for 5 s before its first scrapes, which `up` waits for.
            "--scrape.discovery-reload-interval=1s",
        ),
        ports=("prometheus",),
        health="/-/ready",
        required=True,
        environment=exporters.SMALL,
    )


def _alertmanager(paths: StackPaths) -> Component:
    return Component(
        "alertmanager",
        1,
        ALERTMANAGER,
        (
            f"--config.file={paths.config}/alertmanager/alertmanager.yml",
            f"--storage.path={paths.data}/alertmanager",
            f"--web.listen-address={LOOPBACK}:{paths.port('alertmanager')}",
            f"--web.external-url={paths.url('alertmanager')}/",
            # Without it, Alertmanager listens on all interfaces for other members of a cluster.
            "--cluster.listen-address=",
        ),
        ports=("alertmanager",),
        health="/-/ready",
        required=True,
        environment=exporters.SMALL,
    )


def _segment_exporter(paths: StackPaths) -> Component:
    return Component(
        "segment-exporter",
        1,
        PYTHON,
        ours(
            "segment-exporter",
            "--port",
            str(paths.port("segment-exporter")),
            "--segments",
            str(paths.segments),
        ),
        ports=("segment-exporter",),
        health="/-/healthy",
        required=True,
    )


def _inbox(paths: StackPaths) -> Component:
    return Component(
        "inbox",
        1,
        PYTHON,
        ours(
            "inbox",
            *("--port", str(paths.port("inbox"))),
            *("--smtp-port", str(paths.port("inbox-smtp"))),
            *("--data", str(paths.data / "inbox")),
            *("--segments", str(paths.segments)),
        ),
        ports=("inbox", "inbox-smtp"),
        health="/-/healthy",
        required=True,
    )

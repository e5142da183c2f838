"""The exporters: programs that put what others know into metrics.

Each runs as a user without rights of its own, and asks the program that it watches as a role that
may look and not touch.
"""

from __future__ import annotations

from whiteroom_monitoring.deploy.accounts import EXPORTER, account
from whiteroom_monitoring.deploy.component import PYTHON, Component, Program, debian, ours
from whiteroom_monitoring.deploy.components import nginx, postgresql, redis
from whiteroom_monitoring.deploy.paths import LOOPBACK, Layout

# The collector runs more often than by default, and the process stays smaller.
SMALL = {"GOGC": "50"}
# Shorter than a scrape's time: an exporter that waits for a hung program would seem to be down.
WATCHED_WITHIN = "2s"
CADVISOR = Program(("cadvisor",), "")


def components(layout: Layout) -> list[Component]:
    """Return every exporter."""
    return [_node(layout), _containers(layout), _postgres(layout), _redis(layout), _nginx(layout)]


def _exporter(
    layout: Layout,
    watched: str,
    arguments: tuple[str, ...],
    *,
    environment: dict[str, str] | None = None,
    listen_option: str = "-web.listen-address",
    needs: tuple[str, ...] = (),
) -> Component:
    name = f"{watched}-exporter"
    return Component(
        name,
        4 if needs else 1,
        debian(f"prometheus-{name}", f"{watched}_exporter", f"prometheus-{name}"),
        (listen_option, f"{LOOPBACK}:{layout.port(name)}", *arguments),
        ports=(name,),
        health="/metrics" if needs else "/",
        needs=needs,
        user=account(EXPORTER),
        environment=SMALL | (environment or {}),
    )


def _node(layout: Layout) -> Component:
    return _exporter(layout, "node", (), listen_option="--web.listen-address")


def _postgres(layout: Layout) -> Component:
    source = postgresql.connection(layout, postgresql.EXPORTER_ROLE, "postgres")
    return _exporter(
        layout,
        "postgres",
        (),
        environment={"DATA_SOURCE_NAME": f"{source} sslmode=disable"},
        listen_option="--web.listen-address",
        needs=("postgresql",),
    )


def _redis(layout: Layout) -> Component:
    # The user needs no password, but the exporter names a user only if it is given one.
    return _exporter(
        layout,
        "redis",
        (
            *("-redis.addr", f"unix://{redis.socket(layout)}"),
            *("-redis.user", redis.EXPORTER_USER),
            *("-connection-timeout", WATCHED_WITHIN),
        ),
        environment={"REDIS_PASSWORD": "none"},
        needs=("redis",),
    )


def _nginx(layout: Layout) -> Component:
    source = layout.url("web", nginx.STATUS_PATH)
    arguments = ("-nginx.scrape-uri", source, "-nginx.timeout", WATCHED_WITHIN)
    return _exporter(layout, "nginx", arguments, needs=("nginx",))


def _containers(layout: Layout) -> Component:
    """Return cAdvisor where it is installed, else our own exporter of the same metrics."""
    port = str(layout.port("cadvisor"))
    arguments: tuple[str, ...]
    ports = ("cadvisor",)
    if CADVISOR.find():
        arguments = ("--listen_ip", LOOPBACK, "--port", port)
        return Component("cadvisor", 1, CADVISOR, arguments, ports=ports, health="/healthz")
    arguments = ours("containers", "--port", port)
    return Component("cadvisor", 1, PYTHON, arguments, ports=ports, health="/-/healthy")

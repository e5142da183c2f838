"""The exporters: programs that put what others know into metrics.

Each runs as a user without rights of its own, and asks the program that it watches as a role that
may look and not touch.
"""

from __future__ import annotations

from whiteroom_monitoring.deploy.accounts import EXPORTER, account
from whiteroom_monitoring.deploy.component import PYTHON, Component, Program, debian, ours
from whiteroom_monitoring.deploy.components import nginx, postgresql, redis
from whiteroom_monitoring.deploy.paths import LOOPBACK, StackPaths

# The collector runs more often than by default, and the process stays smaller.
SMALL = {"GOGC": "50"}
# Shorter than a scrape's time: an exporter that waits for a hung program would seem to be down.
WATCHED_WITHIN = "2s"
CADVISOR = Program(("cadvisor",), "")


def components(paths: StackPaths) -> list[Component]:
    """Return every exporter."""
    return [_node(paths), _containers(paths), _postgres(paths), _redis(paths), _nginx(paths)]


def _exporter(
    paths: StackPaths,
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
        (listen_option, f"{LOOPBACK}:{paths.port(name)}", *arguments),
        ports=(name,),
        health="/metrics" if needs else "/",
        needs=needs,
        user=account(EXPORTER),
        environment=SMALL | (environment or {}),
    )


def _node(paths: StackPaths) -> Component:
    return _exporter(paths, "node", (), listen_option="--web.listen-address")


def _postgres(paths: StackPaths) -> Component:
    source = postgresql.connection(paths, postgresql.EXPORTER_ROLE, "postgres")
    return _exporter(
        paths,
        "postgres",
        (),
        environment={"DATA_SOURCE_NAME": f"{source} sslmode=disable"},
        listen_option="--web.listen-address",
        needs=("postgresql",),
    )


def _redis(paths: StackPaths) -> Component:
    # The user needs no password, but the exporter names a user only if it is given one.
    return _exporter(
        paths,
        "redis",
        (
            *("-redis.addr", f"unix://{redis.socket(paths)}"),
            *("-redis.user", redis.EXPORTER_USER),
            *("-connection-timeout", WATCHED_WITHIN),
        ),
        environment={"REDIS_PASSWORD": "none"},
        needs=("redis",),
    )


def _nginx(paths: StackPaths) -> Component:
    source = paths.url("web", nginx.STATUS_PATH)
    arguments = ("-nginx.scrape-uri", source, "-nginx.timeout", WATCHED_WITHIN)
    return _exporter(paths, "nginx", arguments, needs=("nginx",))


def _containers(paths: StackPaths) -> Component:
    """Return cAdvisor where it is installed, else our own exporter of the same metrics."""
    port = str(paths.port("cadvisor"))
    arguments: tuple[str, ...]
    ports = ("cadvisor",)
    if CADVISOR.find():
        arguments = ("--listen_ip", LOOPBACK, "--port", port)
        return Component("cadvisor", 1, CADVISOR, arguments, ports=ports, health="/healthz")
    arguments = ours("containers", "--port", port)
    return Component("cadvisor", 1, PYTHON, arguments, ports=ports, health="/-/healthy")

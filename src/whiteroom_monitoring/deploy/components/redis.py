"""Redis for the reference app: a cache on a Unix socket, which keeps nothing on disk."""

from __future__ import annotations

from pathlib import Path

from whiteroom_monitoring.deploy.accounts import EXPORTER, REDIS, account, make_folder
from whiteroom_monitoring.deploy.component import Component, debian
from whiteroom_monitoring.deploy.components import reference_app
from whiteroom_monitoring.deploy.paths import Layout

# What the exporter may do: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
EXPORTER_USER = "exporter"
_EXPORTER_RIGHTS = (
    "-@all +@connection +info +config|get +config|help +cluster|info +slowlog +latency +memory "
    "+client|list +client|setname +module|list"
)


def socket(layout: Layout) -> Path:
    """Return the server's socket."""
    return layout.run / "redis/redis.sock"


def component(layout: Layout) -> Component:
    """Return the server."""
    return Component(
        "redis",
        1,
        debian("redis-server", "redis-server"),
        (str(_configuration(layout)),),
        probe=(
            debian("redis-tools", "redis-cli").find() or "redis-cli",
            *("-s", str(socket(layout)), "ping"),
        ),
        of_app=True,
        user=account(REDIS),
        prepare=lambda: prepare(layout),
        absent=reference_app.missing(),
    )


def prepare(layout: Layout) -> None:
    """Make its folders and write its configuration."""
    owner = account(REDIS)
    # The socket belongs to the exporter's group: who is in neither can't reach it.
    make_folder(socket(layout).parent, owner, account(EXPORTER), mode=0o710)
    make_folder(layout.data / "redis", owner)
    path = _configuration(layout)
    path.write_text(_text(layout), encoding="utf-8")
    path.chmod(0o644)


def _configuration(layout: Layout) -> Path:
    return layout.run / "redis.conf"


def _text(layout: Layout) -> str:
    return f"""\
# Written by `whiteroom up`.
port 0
# Its environment says to which stack it belongs; a title would be written over it.
set-proc-title no
unixsocket {socket(layout)}
unixsocketperm 770
dir {layout.data / "redis"}
save ""
appendonly no
maxmemory 64mb
maxmemory-policy allkeys-lru
user default on nopass ~* &* +@all -@dangerous +info
user {EXPORTER_USER} on nopass {_EXPORTER_RIGHTS}
"""

"""Redis for the reference app: a cache on a Unix socket, which keeps nothing on disk."""

from __future__ import annotations

from pathlib import Path

from whiteroom_monitoring.deploy.accounts import EXPORTER, REDIS, account, make_folder
from whiteroom_monitoring.deploy.component import Component, debian
from whiteroom_monitoring.deploy.components import reference_app
from whiteroom_monitoring.deploy.paths import StackPaths

# What the exporter may do: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
EXPORTER_USER = "exporter"
_EXPORTER_RIGHTS = (
    "-@all +@connection +info +config|get +config|help +cluster|info +slowlog +latency +memory "
    "+client|list +client|setname +module|list"
)


def socket(paths: StackPaths) -> Path:
    """Return the server's socket."""
    return paths.run / "redis/redis.sock"


def component(paths: StackPaths) -> Component:
    """Return the server."""
    return Component(
        "redis",
        1,
        debian("redis-server", "redis-server"),
        (str(_configuration(paths)),),
        probe=(
            debian("redis-tools", "redis-cli").find() or "redis-cli",
            *("-s", str(socket(paths)), "ping"),
        ),
        of_app=True,
        user=account(REDIS),
        prepare=lambda: prepare(paths),
        absent=reference_app.missing(),
    )


def prepare(paths: StackPaths) -> None:
    """Make its folders and write its configuration."""
    owner = account(REDIS)
    # The socket belongs to the exporter's group: who is in neither can't reach it.
    make_folder(socket(paths).parent, owner, account(EXPORTER), mode=0o710)
    make_folder(paths.data / "redis", owner)
    path = _configuration(paths)
    path.write_text(_text(paths), encoding="utf-8")
    path.chmod(0o644)


def _configuration(paths: StackPaths) -> Path:
    return paths.run / "redis.conf"


def _text(paths: StackPaths) -> str:
    return f"""\
# Written by `whiteroom up`.
port 0
# Its environment says to which stack it belongs; a title would be written over it.
set-proc-title no
unixsocket {socket(paths)}
unixsocketperm 770
dir {paths.data / "redis"}
save ""
appendonly no
maxmemory 64mb
maxmemory-policy allkeys-lru
user default on nopass ~* &* +@all -@dangerous +info
user {EXPORTER_USER} on nopass {_EXPORTER_RIGHTS}
"""

"""Redis for the reference app, a cache on a Unix socket, and its exporter."""

from __future__ import annotations

from whiteroom_monitoring.deploy.component import (
    CloneRequired,
    CommandProbe,
    Component,
    Container,
    File,
    Folder,
    HttpProbe,
    Package,
    Port,
    Variant,
    debian,
)
from whiteroom_monitoring.deploy.components.node_exporter import EXPORTER_ACCOUNT
from whiteroom_monitoring.deploy.components.prometheus import SMALL

ACCOUNT = "redis"
EXPORTER_USER = "exporter"
SOCKET = "{run}/redis/redis.sock"
# Shorter than a scrape's time: an exporter that waits for a hung program would seem to be down.
WATCHED_WITHIN = "2s"

_DATA = "{data}/redis"
_CONFIGURATION = "{run}/redis.conf"
# What the exporter may do: https://redis.io/docs/latest/operate/oss_and_stack/management/security/acl/
_EXPORTER_RIGHTS = (
    "-@all +@connection +info +config|get +config|help +cluster|info +slowlog +latency +memory "
    "+client|list +client|setname +module|list"
)
_TEXT = f"""\
# Written by `whiteroom up`.
port 0
# Its environment says to which stack it belongs; a title would be written over it.
set-proc-title no
unixsocket {SOCKET}
unixsocketperm 770
dir {_DATA}
save ""
appendonly no
maxmemory 64mb
maxmemory-policy allkeys-lru
user default on nopass ~* &* +@all -@dangerous +info
user {EXPORTER_USER} on nopass {_EXPORTER_RIGHTS}
"""

_SERVER = Component(
    "redis",
    stage=1,
    variants=(
        Variant(
            debian("redis-server", "redis-server"),
            (_CONFIGURATION,),
            CommandProbe(debian("redis-tools", "redis-cli"), ("-s", SOCKET, "ping")),
            image="redis",
        ),
    ),
    packages=(Package("redis-server", "the reference backend works without a cache"),),
    of_app=True,
    conditions=(CloneRequired(),),
    user=ACCOUNT,
    folders=(
        # The socket belongs to the exporter's group: who is in neither can't reach it.
        Folder("{run}/redis", ACCOUNT, EXPORTER_ACCOUNT, mode=0o710),
        Folder(_DATA, ACCOUNT),
    ),
    files=(File(_CONFIGURATION, _TEXT),),
)
_EXPORTER = Component(
    "redis-exporter",
    stage=4,
    variants=(
        Variant(
            debian("prometheus-redis-exporter", "redis_exporter", "prometheus-redis-exporter"),
            (
                *("-web.listen-address", "{listen}:{port[redis-exporter]}"),
                *("-redis.addr", f"unix://{SOCKET}"),
                *("-redis.user", EXPORTER_USER),
                *("-connection-timeout", WATCHED_WITHIN),
            ),
            HttpProbe("/metrics"),
            # The user needs no password, but the exporter names a user only if it is given one.
            SMALL | {"REDIS_PASSWORD": "none"},
            image="oliver006/redis_exporter",
            container=Container(
                replaced=(
                    *("-web.listen-address", "{listen}:{port[redis-exporter]}"),
                    *("-redis.addr", "${{WHITEROOM_REDIS:-redis://127.0.0.1:6379}}"),
                    *("-connection-timeout", WATCHED_WITHIN),
                ),
                environment=SMALL,
            ),
        ),
    ),
    ports=(Port("redis-exporter", 9121),),
    provides="redis",
    packages=(Package("prometheus-redis-exporter", "nobody watches the cache"),),
    needs=("redis",),
    user=EXPORTER_ACCOUNT,
)

COMPONENTS = (_SERVER, _EXPORTER)

"""``whiteroom watcher``: follows a sample to the pagers, and says which hop is broken."""

from __future__ import annotations

import argparse
import json
import signal
import threading
from pathlib import Path
from typing import Any

from whiteroom_monitoring import client
from whiteroom_monitoring.cli.argument_types import folder, port_number
from whiteroom_monitoring.cli.passwords import add_password_options, authorizations
from whiteroom_monitoring.client.exposition.server import MetricsServer
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.deploy.paths import LOOPBACK, default_data, default_ports
from whiteroom_monitoring.pager_path import STATE_FILE
from whiteroom_monitoring.watcher.channels import Channel, channels, every_channel
from whiteroom_monitoring.watcher.keys import Keys
from whiteroom_monitoring.watcher.path import Followed, PagerPath
from whiteroom_monitoring.watcher.servers import LIMITS, RoundsLog, Servers
from whiteroom_monitoring.watcher.service import Heartbeat, Watcher
from whiteroom_monitoring.watcher.telling import Announcer, to_output
from whiteroom_monitoring.watcher.waiting import LIMIT_S

PROGRAM = "whiteroom-watcher"
# The options of addresses: a server's name to people, and the port where it usually is.
_SERVERS = {
    "exporter": ("The segment exporter", "segment-exporter"),
    "prometheus": ("Prometheus", "prometheus"),
    "alertmanager": ("Alertmanager", "alertmanager"),
    "inbox": ("The inbox", "inbox"),
    "loki": ("The log store", "loki"),
    "shipper": ("The shipper", "shipper"),
}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom watcher``."""
    data = default_data(0)
    parser.add_argument("--address", default=LOOPBACK, help=f"listen here (default {LOOPBACK})")
    parser.add_argument(
        "--port",
        type=port_number,
        default=default_ports()["watcher"],
        help="of its own metrics; 0 takes a free one (default %(default)s)",
    )
    for name, (_, port) in _SERVERS.items():
        parser.add_argument(
            f"--{name}",
            default=f"http://{LOOPBACK}:{default_ports()[port]}",
            metavar="URL",
            help="(default %(default)s)",
        )
    add_password_options(parser)
    parser.add_argument(
        "--alertmanager-config",
        type=Path,
        default=data / "config/alertmanager/alertmanager.yml",
        metavar="FILE",
        help="tells people by the channels that it names (default %(default)s)",
    )
    parser.add_argument(
        "--followed",
        type=Path,
        metavar="FILE",
        help='what of the path there is: {"alerting": true, "logs": true} (default: all)',
    )
    parser.add_argument(
        "--limit",
        type=float,
        default=LIMIT_S,
        metavar="SECONDS",
        help="how long a hop may pass nothing on (default %(default)g)",
    )
    parser.add_argument(
        "--tell-nobody",
        action="store_true",
        help="keep the state and the metrics, and call neither channels nor a dead man's switch",
    )
    parser.add_argument(
        "--credentials",
        type=Path,
        default=data / "secrets",
        metavar="DIR",
        help="keys of channels, and heartbeat_url, the address of a dead man's switch"
        " (default %(default)s)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=data / Path(STATE_FILE).parent,
        metavar="DIR",
        help="folder of its state (default %(default)s)",
    )
    parser.add_argument(
        "--segments", type=folder, metavar="DIR", help="folder of segments (default: the client's)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Look until SIGTERM or SIGINT."""
    stop = threading.Event()
    arguments.data.mkdir(mode=0o755, parents=True, exist_ok=True)
    preparation = client.prepare(PROGRAM, directory=arguments.segments)
    if preparation.problem:
        to_output(f"metrics: {preparation.problem}")
    with MetricsServer(arguments.address, arguments.port) as server:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        to_output(f"serving http://{arguments.address}:{server.port}/metrics")
        _watcher(arguments).run(stop)
    return 0


def _watcher(arguments: argparse.Namespace) -> Watcher:
    rounds = RoundsLog(arguments.data / "rounds.log")
    path = PagerPath(
        _servers(arguments), rounds, lambda: _followed(arguments.followed), arguments.limit
    )
    announcer = Announcer(lambda: _channels(arguments), to_output)
    heartbeat = Heartbeat(lambda: _heartbeat_url(arguments), to_output)
    keys = Keys(lambda: _keys(arguments), str(arguments.inbox), to_output)
    return Watcher(path, announcer, heartbeat, keys, arguments.data / Path(STATE_FILE).name)


def _servers(arguments: argparse.Namespace) -> Servers:
    allowed = authorizations(arguments)
    clients: dict[str, Any] = {
        name: HttpClient(
            title, getattr(arguments, name), LIMITS, authorization=allowed.get(name, "")
        )
        for name, (title, _) in _SERVERS.items()
    }
    return Servers(**clients)


def _followed(file: Path | None) -> Followed:
    """Return what there is to follow, by the file that `up` writes anew when it changes."""
    if file is None:
        return Followed()
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        return Followed(bool(content["alerting"]), bool(content["logs"]))
    except (OSError, ValueError, KeyError, TypeError):
        return Followed()


def _channels(arguments: argparse.Namespace) -> list[Channel]:
    if arguments.tell_nobody:
        return []
    inbox = str(arguments.inbox)
    return channels(arguments.alertmanager_config, arguments.credentials, inbox)


def _keys(arguments: argparse.Namespace) -> list[Channel]:
    if arguments.tell_nobody:
        return []
    return every_channel(arguments.alertmanager_config, arguments.credentials)


def _heartbeat_url(arguments: argparse.Namespace) -> str:
    if arguments.tell_nobody:
        return ""
    try:
        return str((arguments.credentials / "heartbeat_url").read_text(encoding="utf-8")).strip()
    except OSError:
        return ""

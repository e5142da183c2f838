"""``whiteroom reconciler``: ends incidents that Alertmanager leaves open, and keeps silences."""

from __future__ import annotations

import argparse
import asyncio
import threading
from functools import partial
from pathlib import Path

from whiteroom_monitoring.cli.passwords import add_password_options, authorizations
from whiteroom_monitoring.cli.restore_notifications import add_alertmanager_options
from whiteroom_monitoring.datasources.alertmanager import AlertmanagerClient
from whiteroom_monitoring.datasources.http import HttpClient
from whiteroom_monitoring.deploy.paths import LOOPBACK, default_data, default_ports
from whiteroom_monitoring.reconciler import http
from whiteroom_monitoring.reconciler.incidents import INACTIVE_S
from whiteroom_monitoring.reconciler.notification_log import FILE_NAME
from whiteroom_monitoring.reconciler.service import Reconciler
from whiteroom_monitoring.web.server import LOOPBACK_NAMES, listening, serve


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom reconciler``."""
    data = default_data(0)
    parser.add_argument("--address", default=LOOPBACK, help=f"listen here (default {LOOPBACK})")
    parser.add_argument(
        "--port",
        type=int,
        default=default_ports()["reconciler"],
        help="0 takes a free one (%(default)s)",
    )
    for name in ("prometheus", "alertmanager"):
        parser.add_argument(
            f"--{name}",
            default=f"http://{LOOPBACK}:{default_ports()[name]}",
            metavar="URL",
            help="(default %(default)s)",
        )
    add_password_options(parser)
    add_alertmanager_options(parser, data)
    parser.add_argument(
        "--credentials",
        type=Path,
        metavar="DIR",
        help="take the keys that Alertmanager's configuration names from the files of the same name"
        " in this folder (default: where it names them)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=data / "reconciler",
        metavar="DIR",
        help="folder of the journal (default %(default)s)",
    )
    parser.add_argument(
        "--inactive",
        type=float,
        default=INACTIVE_S,
        metavar="SECONDS",
        help="without an alert for so long, an incident is over; more than Prometheus needs to tell"
        " a new Alertmanager of all alerts (default %(default)g)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    allowed = authorizations(arguments)
    with listening(arguments.address, arguments.port) as listener:
        reconciler = Reconciler(
            HttpClient("Prometheus", arguments.prometheus, authorization=allowed["prometheus"]),
            AlertmanagerClient(
                HttpClient(
                    "Alertmanager", arguments.alertmanager, authorization=allowed["alertmanager"]
                )
            ),
            arguments.alertmanager_data / FILE_NAME,
            arguments.alertmanager_config,
            arguments.data,
            arguments.inactive,
            partial(print, flush=True),
            credentials=arguments.credentials,
        )
        stop = threading.Event()
        thread = threading.Thread(target=reconciler.run, args=(stop,), name="reconciler")
        thread.start()
        port = listener.getsockname()[1]
        print(f"serving http://{arguments.address}:{port}/", flush=True)
        try:
            hosts = {*LOOPBACK_NAMES, arguments.address}
            application = http.make_app(reconciler, hosts, allowed["alertmanager"])
            asyncio.run(serve(application, listener, lambda: None))
        finally:
            stop.set()
            thread.join()
    return 0

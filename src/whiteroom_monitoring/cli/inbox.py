"""``whiteroom inbox``: receives and shows what PagerDuty, Slack and a mail server would get."""

from __future__ import annotations

import argparse
import asyncio
import socket
from pathlib import Path

from whiteroom_monitoring import client
from whiteroom_monitoring.cli.argument_types import folder, port_number
from whiteroom_monitoring.client.exposition.server import ListenError
from whiteroom_monitoring.deploy.paths import LOOPBACK, default_data, default_ports
from whiteroom_monitoring.inbox import http, smtp
from whiteroom_monitoring.inbox.service import InboxService
from whiteroom_monitoring.web.server import LOOPBACK_NAMES, listening, serve

PROGRAM = "whiteroom-inbox"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom inbox``."""
    parser.add_argument("--address", default=LOOPBACK, help=f"listen here (default {LOOPBACK})")
    parser.add_argument(
        "--port",
        type=port_number,
        default=default_ports()["inbox"],
        help="HTTP; 0 takes a free one (%(default)s)",
    )
    parser.add_argument(
        "--smtp-port",
        type=port_number,
        default=default_ports()["inbox-smtp"],
        help="mail; 0 takes a free one (%(default)s)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=default_data(0) / "inbox",
        metavar="DIR",
        help="folder of the database (default %(default)s)",
    )
    parser.add_argument(
        "--segments", type=folder, metavar="DIR", help="folder of segments (default: the client's)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    with listening(arguments.address, arguments.port) as listener:
        service = InboxService(arguments.data)
        preparation = client.prepare(PROGRAM, directory=arguments.segments)
        if preparation.problem:
            print(f"metrics: {preparation.problem}", flush=True)
        service.prepare_counters()
        asyncio.run(_serve(arguments, listener, service))
    return 0


async def _serve(
    arguments: argparse.Namespace, listener: socket.socket, service: InboxService
) -> None:
    address, port = arguments.address, listener.getsockname()[1]
    try:
        mail_server = await smtp.listen(service, address, arguments.smtp_port)
    except OSError as error:
        place = f"{address}:{arguments.smtp_port}"
        raise ListenError(f"{place}: can't be listened on: {error.strerror}") from error
    application = http.make_app(service, {*LOOPBACK_NAMES, address})
    mail_port = mail_server.sockets[0].getsockname()[1]
    print(f"serving http://{address}:{port}/ and mail on {address}:{mail_port}", flush=True)
    try:
        await serve(application, listener, service.close_watches)
    finally:
        mail_server.close()
        service.close()

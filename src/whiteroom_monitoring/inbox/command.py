"""``whiteroom inbox``: receives and shows what PagerDuty, Slack and a mail server would get."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import signal
import socket
from collections.abc import Iterator
from pathlib import Path

import uvicorn

from whiteroom_monitoring import client
from whiteroom_monitoring.client.server import ListenError
from whiteroom_monitoring.inbox import app, mail
from whiteroom_monitoring.inbox.desk import Desk
from whiteroom_monitoring.stack.layout import LOOPBACK, PORTS, default_data

PROGRAM = "whiteroom-inbox"
# How long a request that is under way may take when the inbox is told to stop.
GRACE_S = 1


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom inbox``."""
    parser.add_argument("--address", default=LOOPBACK, help=f"listen here (default {LOOPBACK})")
    parser.add_argument(
        "--port", type=int, default=PORTS["inbox"], help="HTTP; 0 takes a free one (%(default)s)"
    )
    parser.add_argument(
        "--smtp-port",
        type=int,
        default=PORTS["inbox-smtp"],
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
        "--segments", type=Path, metavar="DIR", help="folder of segments (default: the client's)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    with _listening(arguments.address, arguments.port) as listener:
        desk = Desk(arguments.data)
        preparation = client.prepare(PROGRAM, directory=arguments.segments)
        if preparation.problem:
            print(f"metrics: {preparation.problem}", flush=True)
        asyncio.run(_serve(arguments, listener, desk))
    return 0


@contextlib.contextmanager
def _listening(address: str, port: int) -> Iterator[socket.socket]:
    try:
        listener = socket.create_server((address, port))
    except OSError as error:
        raise ListenError(f"{address}:{port}: can't be listened on: {error.strerror}") from error
    with listener:
        yield listener


class _Server(uvicorn.Server):
    """A server that leaves the signals to the one who runs it."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Capture none."""
        yield


async def _serve(arguments: argparse.Namespace, listener: socket.socket, desk: Desk) -> None:
    address, port = arguments.address, listener.getsockname()[1]
    try:
        mails = await mail.listen(desk, address, arguments.smtp_port)
    except OSError as error:
        place = f"{address}:{arguments.smtp_port}"
        raise ListenError(f"{place}: can't be listened on: {error.strerror}") from error
    application = app.make(desk, {"127.0.0.1", "localhost", "::1", address})
    config = uvicorn.Config(
        application,
        log_config=None,
        access_log=False,
        lifespan="off",
        timeout_graceful_shutdown=GRACE_S,
        http="h11",
        ws="none",
        server_header=False,
    )
    server = _Server(config)

    def stop() -> None:
        desk.close_watches()
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop)
    mail_port = mails.sockets[0].getsockname()[1]
    print(f"serving http://{address}:{port}/ and mail on {address}:{mail_port}", flush=True)
    try:
        await server.serve([listener])
    finally:
        mails.close()
        desk.close()

"""``whiteroom log-store``: keeps logs, and answers on Loki's port and by Loki's API."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import ctypes
import dataclasses
import gc
import socket
from pathlib import Path

from whiteroom_monitoring import client
from whiteroom_monitoring.cli.argument_types import folder, port_number
from whiteroom_monitoring.deploy.paths import LOOPBACK, default_data, default_ports
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.logs.http.app import make_app, server_limits
from whiteroom_monitoring.logs.limits import Limits
from whiteroom_monitoring.logs.service import LogService, prepare_counters
from whiteroom_monitoring.logs.store.store import LogStore
from whiteroom_monitoring.web.parsed_in_c import HttpToolsBounds
from whiteroom_monitoring.web.server import LOOPBACK_NAMES, listening, serve

PROGRAM = "whiteroom-logs"
# Of mallopt(3).
M_TOP_PAD = -2
KEPT_BYTES = 4 * 1024 * 1024


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom log-store``."""
    parser.add_argument("--address", default=LOOPBACK, help=f"listen here (default {LOOPBACK})")
    parser.add_argument(
        "--port",
        type=port_number,
        default=default_ports()["loki"],
        help="HTTP; 0 takes a free one (%(default)s)",
    )
    parser.add_argument(
        "--data",
        type=Path,
        default=default_data(0) / "logs",
        metavar="DIR",
        help="folder of the logs (default %(default)s)",
    )
    parser.add_argument(
        "--limit",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="one of Loki's limits, such as reject_old_samples=false; times in seconds, sizes in "
        "bytes; may be repeated (docs/reference/logs.md has them all)",
    )
    parser.add_argument(
        "--segments", type=folder, metavar="DIR", help="folder of segments (default: the client's)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    limits = limits_from(arguments.limit)
    _keep_freed_memory()
    with listening(arguments.address, arguments.port) as listener:
        service = LogService(LogStore(arguments.data, limits))
        for error in service.store.damaged:
            print(error, flush=True)
        preparation = client.prepare(PROGRAM, directory=arguments.segments)
        if preparation.problem:
            print(f"metrics: {preparation.problem}", flush=True)
        prepare_counters()
        asyncio.run(_serve(arguments.address, listener, service))
    return 0


def limits_from(words: list[str]) -> Limits:
    """Return the limits that ``NAME=VALUE`` change. Raises UsageError.

    >>> limits_from(["max_line_size=100", "reject_old_samples=false"]).max_line_size
    100
    """
    fields = {field.name: field.default for field in dataclasses.fields(Limits)}
    changed: dict[str, bool | int | float] = {}
    for word in words:
        name, _, text = word.partition("=")
        if name not in fields:
            raise UsageError(f"--limit {word}: expected one of {', '.join(fields)}")
        changed[name] = _value(word, text, fields[name])
    return Limits(**changed)  # type: ignore[arg-type]


def _value(word: str, text: str, default: object) -> bool | int | float:
    if isinstance(default, bool):
        if text not in ("true", "false"):
            raise UsageError(f"--limit {word}: expected true or false")
        return text == "true"
    try:
        number = int(text) if isinstance(default, int) else float(text)
    except ValueError:
        raise UsageError(f"--limit {word}: expected a number") from None
    if number < 0:
        raise UsageError(f"--limit {word}: expected 0 or more")
    return number


def _keep_freed_memory() -> None:
    """Let glibc keep a few freed blocks of each thread; else it gives all back, and each fault of a
    page of the next block is paid again: a third of a query. Elsewhere nothing is changed.
    """
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).mallopt(M_TOP_PAD, KEPT_BYTES)


async def _serve(address: str, listener: socket.socket, service: LogService) -> None:
    application = make_app(service, {*LOOPBACK_NAMES, address})
    # What is there by now stays; looking through it again and again costs as much as a push.
    gc.collect()
    gc.freeze()
    print(f"serving http://{address}:{listener.getsockname()[1]}/", flush=True)
    try:
        limits = server_limits(service.limits.push_bytes)
        await serve(
            application, listener, limits=limits, websockets=True, connection=HttpToolsBounds
        )
    finally:
        service.close()

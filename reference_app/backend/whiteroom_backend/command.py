"""``python -m whiteroom_backend``: the options, and what happens with them."""

from __future__ import annotations

import argparse
import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import psycopg
import uvicorn

from whiteroom_backend import database, service
from whiteroom_monitoring.errors import MonitoringError

PROGRAM = "whiteroom_backend"
SUCCESS, FAILURE, USAGE = 0, 1, 2
LOOPBACK = "127.0.0.1"
PORT, METRICS_PORT = 8001, 8002
POOL_SIZE = 8


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line and return its exit status."""
    parser = build_parser()
    chosen = parser.parse_args(arguments)
    try:
        database.complete(chosen.database)
    except psycopg.Error as error:
        parser.error(
            f"--database: {str(error).strip()}; expected e.g. 'host=/run dbname=whiteroom'"
        )
    try:
        # uvicorn knows which event loop is the fastest one here.
        loop_factory = uvicorn.Config("", log_config=None).get_loop_factory()
        with asyncio.Runner(loop_factory=loop_factory) as runner:
            runner.run(service.serve(chosen))
    except MonitoringError as error:
        print(f"{PROGRAM}: {error}", file=sys.stderr)
        return FAILURE
    return SUCCESS


def build_parser() -> argparse.ArgumentParser:
    """Return the command line."""
    parser = argparse.ArgumentParser(PROGRAM, description="The reference backend of White Room.")
    add = parser.add_argument
    add("--database", required=True, metavar="CONNINFO", help="PostgreSQL, as libpq takes it")
    add("--redis", metavar="URL", help="the cache (default: none)")
    add("--socket", type=Path, metavar="PATH", help="listen on this Unix socket, not on a port")
    add("--address", default=LOOPBACK, help="listen here (default %(default)s)")
    add("--port", type=_port, default=PORT, help="0 takes a free one (default %(default)s)")
    add(
        "--metrics-port",
        type=_port,
        default=METRICS_PORT,
        help=f"metrics, on {LOOPBACK}; 0 takes a free one (default %(default)s)",
    )
    add("--segments", type=Path, metavar="DIR", help="folder of segments (default: the client's)")
    add("--version-file", type=Path, metavar="FILE", help="the deployed version, one line")
    add("--audit-report", type=Path, metavar="FILE", help="what pip-audit has written, JSON")
    add("--pool-size", type=_size, default=POOL_SIZE, help="connections (default %(default)s)")
    add("--without-metrics", action="store_true", help="record nothing, to measure what that costs")
    return parser


def _port(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r}: expected 0 to 65535")
    return int(text)


def _size(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 1 <= int(text) <= 1000:
        raise argparse.ArgumentTypeError(f"{text!r}: expected 1 to 1000")
    return int(text)

"""``whiteroom agent``: serves the segments of programs that no endpoint of their own serves."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from whiteroom_monitoring.client import _native
from whiteroom_monitoring.client.exposition.formats import Exposition, Wanted
from whiteroom_monitoring.client.exposition.server import (
    MetricsServer,
    add_security_options,
    security_from,
)
from whiteroom_monitoring.deploy.paths import LOOPBACK, PORTS


class Agent:
    """Reads a folder of segments for each scrape; a folder that does not exist yet is empty.

    A program is served while none of its live processes has an endpoint: one that has none, and one
    that is gone. The counters of a killed process are folded into its program's base first.
    """

    def __init__(self, segments: Path) -> None:
        self._segments = str(segments)
        self._reported: set[str] = set()

    def open_exposition(self, wanted: Wanted) -> Exposition:
        """Return the metrics of this moment. Raises OSError when the folder can't be read."""
        found = _native.expose_unserved(self._segments, wanted.open_metrics, wanted.created)
        problems = set(found.problems)
        for problem in problems - self._reported:
            print(f"segment left out: {problem}", file=sys.stderr, flush=True)
        self._reported = problems
        return Exposition(wanted.content_type, found, found.held_bytes)


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom agent``."""
    parser.add_argument("--address", default=LOOPBACK, help=f"listen here (default {LOOPBACK})")
    parser.add_argument(
        "--port", type=int, default=PORTS["agent"], help="0 takes a free one (default %(default)s)"
    )
    parser.add_argument(
        "--segments",
        type=Path,
        default=Path(_native.default_directory()),
        metavar="DIR",
        help="folder of segments (default %(default)s)",
    )
    add_security_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    agent = Agent(arguments.segments)
    security = security_from(arguments)
    MetricsServer(
        arguments.address, arguments.port, agent.open_exposition, security
    ).serve_until_told()
    return 0

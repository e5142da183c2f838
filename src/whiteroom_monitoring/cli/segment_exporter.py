"""``whiteroom segment-exporter``: serves the segments of programs without an endpoint."""

from __future__ import annotations

import argparse
from pathlib import Path

from whiteroom_monitoring.client import _native
from whiteroom_monitoring.client.exposition.server import (
    MetricsServer,
    add_security_options,
    security_from,
)
from whiteroom_monitoring.deploy.paths import LOOPBACK, PORTS
from whiteroom_monitoring.exporters.segments import SegmentExporter


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom segment-exporter``."""
    parser.add_argument("--address", default=LOOPBACK, help=f"listen here (default {LOOPBACK})")
    parser.add_argument(
        "--port",
        type=int,
        default=PORTS["segment-exporter"],
        help="0 takes a free one (default %(default)s)",
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
    exporter = SegmentExporter(arguments.segments)
    security = security_from(arguments)
    MetricsServer(
        arguments.address, arguments.port, exporter.open_exposition, security
    ).serve_until_signal()
    return 0

"""``whiteroom shipper``: sends logs to Loki's API, by Promtail's configuration."""

from __future__ import annotations

import argparse
import itertools
from pathlib import Path

from whiteroom_monitoring import client
from whiteroom_monitoring.cli.argument_types import folder, port_number
from whiteroom_monitoring.client.exposition.request import Exposition, ExpositionRequest
from whiteroom_monitoring.client.exposition.server import MetricsServer
from whiteroom_monitoring.deploy.paths import LOOPBACK, default_ports
from whiteroom_monitoring.logs.canaries.config import Canaries
from whiteroom_monitoring.logs.canaries.config import load as load_canaries
from whiteroom_monitoring.logs.canaries.watch import CanaryWatch
from whiteroom_monitoring.logs.shipper.config import Config
from whiteroom_monitoring.logs.shipper.loading import load
from whiteroom_monitoring.logs.shipper.shipper import Shipper
from whiteroom_monitoring.logs.shipper.validation import require_makeable

PROGRAM = "whiteroom-shipper"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom shipper``."""
    parser.add_argument("--address", default=LOOPBACK, help=f"listen here (default {LOOPBACK})")
    parser.add_argument(
        "--port",
        type=port_number,
        default=default_ports()["shipper"],
        help="of its own metrics; 0 takes a free one (default %(default)s)",
    )
    parser.add_argument(
        "--config",
        type=Path,
        required=True,
        metavar="FILE",
        help="Promtail's configuration; ${NAME:-default} is taken from the environment",
    )
    parser.add_argument(
        "--positions", type=Path, metavar="FILE", help="in place of that of the configuration"
    )
    parser.add_argument(
        "--canaries", type=Path, metavar="FILE", help="how canaries are written at each source"
    )
    parser.add_argument(
        "--check", action="store_true", help="read the configuration, say what is wrong, and end"
    )
    parser.add_argument(
        "--segments", type=folder, metavar="DIR", help="folder of segments (default: the client's)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Ship until SIGTERM or SIGINT. Raises DiagnosticsError, InvalidConfigError, PositionsError."""
    config = load(arguments.config)
    canaries = _canaries(arguments.canaries, config)
    if arguments.check:
        require_makeable(config)
        print(f"{arguments.config}: {len(config.scrape_configs)} jobs")
        return 0
    preparation = client.prepare(PROGRAM, directory=arguments.segments)
    if preparation.problem:
        print(f"metrics: {preparation.problem}", flush=True)
    shipper = Shipper(config, arguments.positions or Path(config.positions.filename))

    def exposition(request: ExpositionRequest) -> Exposition:
        own = client.open_exposition(request)
        # In OpenMetrics, the client's own metrics end with the end.
        custom = shipper.registry.exposition(request.open_metrics)
        return Exposition(own.content_type, itertools.chain([custom], own.blocks), own.held_bytes)

    server = MetricsServer(arguments.address, arguments.port, exposition)
    watch = CanaryWatch(canaries, config.clients[0]) if canaries.canaries else None
    shipper.start()
    try:
        if watch:
            watch.start()
        server.serve_until_signal()
    finally:
        if watch:
            watch.stop()
        shipper.stop()
    return 1 if shipper.has_failed else 0


def _canaries(path: Path | None, config: Config) -> Canaries:
    jobs = [job.job_name for job in config.scrape_configs]
    return load_canaries(path, jobs) if path else Canaries()

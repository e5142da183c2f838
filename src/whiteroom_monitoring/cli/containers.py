"""``whiteroom containers``: serves the metrics of this machine's containers."""

from __future__ import annotations

import argparse
from pathlib import Path

from whiteroom_monitoring.cli.argument_types import port_number
from whiteroom_monitoring.client.exposition.request import text_only
from whiteroom_monitoring.client.exposition.server import MetricsServer
from whiteroom_monitoring.deploy.paths import LOOPBACK, default_ports
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.exporters.containers.exporter import Exporter


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom containers``."""
    parser.add_argument("--address", default=LOOPBACK, help="listen here (default %(default)s)")
    parser.add_argument(
        "--port",
        type=port_number,
        default=default_ports()["cadvisor"],
        help="0 takes a free one (default %(default)s)",
    )
    parser.add_argument(
        "--docker-socket",
        type=Path,
        metavar="PATH",
        help="socket of the Docker API (default: $DOCKER_HOST, else Docker's, else podman's)",
    )
    parser.add_argument(
        "--cgroup-root",
        type=Path,
        default=Path("/sys/fs/cgroup"),
        metavar="DIR",
        help="where cgroups are mounted (default %(default)s)",
    )
    parser.add_argument(
        "--proc-root",
        type=Path,
        default=Path("/proc"),
        metavar="DIR",
        help="where the host's processes are mounted (default %(default)s)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT. Raises UsageError when a root is no folder."""
    for root in (arguments.cgroup_root, arguments.proc_root):
        if not root.is_dir():
            raise UsageError(f"{root}: found no folder, expected where the kernel's files are")
    exporter = Exporter(arguments.cgroup_root, arguments.proc_root, arguments.docker_socket)
    source = text_only(exporter.exposition)
    MetricsServer(arguments.address, arguments.port, source).serve_until_signal()
    return 0

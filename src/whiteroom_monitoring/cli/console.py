"""``whiteroom console``: shows dashboards, alerts and targets in a browser."""

from __future__ import annotations

import argparse
import asyncio
import socket
from pathlib import Path

from starlette.types import ASGIApp

from whiteroom_monitoring import client
from whiteroom_monitoring.cli.argument_types import folder, port_number
from whiteroom_monitoring.cli.options import add_project_option
from whiteroom_monitoring.cli.passwords import add_password_options, authorizations
from whiteroom_monitoring.client.generated import console as metrics
from whiteroom_monitoring.console import http
from whiteroom_monitoring.console.service import DashboardService
from whiteroom_monitoring.console.workers import Workers
from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.datasources.limits import Limits
from whiteroom_monitoring.deploy.paths import LOOPBACK, default_ports
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluator
from whiteroom_monitoring.grafana.model.library import Library
from whiteroom_monitoring.project import load
from whiteroom_monitoring.web.server import LOOPBACK_NAMES, listening, serve

PROGRAM = "whiteroom-console"
_SHORTEST_TOKEN = 16
EPILOG = """\
examples:
  whiteroom console                       at http://127.0.0.1:3000, beside a stack that runs
  whiteroom console --dashboards ./mine   other dashboards: Grafana's JSON, one file each
  whiteroom console --address 0.0.0.0 --host studio.example --token-file token

docs/reference/console.md says what it renders, and who may look.
"""
# What the data sources are called, and the keys of their ports.
SOURCES = ("prometheus", "loki", "alertmanager")


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom console``."""
    parser.epilog = EPILOG
    parser.add_argument("--address", default=LOOPBACK, help=f"listen here (default {LOOPBACK})")
    parser.add_argument(
        "--port",
        type=port_number,
        default=default_ports()["console"],
        help="0 takes a free one (%(default)s)",
    )
    parser.add_argument(
        "--host",
        action="append",
        default=[],
        metavar="NAME",
        help="a name by which browsers may address it, beside localhost; may be repeated",
    )
    parser.add_argument(
        "--token-file",
        type=Path,
        metavar="FILE",
        help="the token that opens the console; needed when --address is not this machine alone",
    )
    add_source_options(parser)
    parser.add_argument(
        "--docs", type=Path, metavar="DIR", help="the site of `whiteroom docs --build`, for /docs/"
    )
    parser.add_argument(
        "--segments", type=folder, metavar="DIR", help="folder of segments (default: the client's)"
    )


def add_source_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say where dashboards and data are."""
    add_project_option(parser)
    parser.add_argument(
        "--dashboards",
        type=folder,
        metavar="DIR",
        help="folder of dashboards (default: the project's)",
    )
    parser.add_argument(
        "--runbooks", type=Path, metavar="DIR", help="folder of runbooks (default: the project's)"
    )
    parser.add_argument(
        "--pager-path",
        type=Path,
        metavar="FILE",
        help="the watcher's state, which the home page tells of (default: none)",
    )
    for name in SOURCES:
        address = f"http://{LOOPBACK}:{default_ports()[name]}"
        parser.add_argument(
            f"--{name}", default=address, metavar="URL", help=f"where {name} is (default {address})"
        )
    add_password_options(parser)
    parser.add_argument(
        "--silences",
        default="",
        metavar="URL",
        help="who makes and ends silences, such as the reconciler (default: Alertmanager)",
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=Limits.timeout_s,
        metavar="SECONDS",
        help="how long a data source may take (default %(default)g)",
    )


def service_from(arguments: argparse.Namespace, workers: Workers) -> DashboardService:
    """Return the service that the options of `add_source_options` name."""
    urls = {name: getattr(arguments, name) for name in SOURCES}
    for name, url in urls.items():
        if not url.startswith(("http://", "https://")):
            raise UsageError(f"--{name} {url}: expected an address that begins with http://")
    limits = Limits(timeout_s=arguments.timeout)
    project = load(arguments.project)
    allowed = authorizations(arguments)
    sources = DataSources(
        urls,
        limits,
        _count,
        project.alerts,
        silences=arguments.silences,
        authorizations=allowed,
    )
    library = Library(arguments.dashboards or project.files.dashboards)
    evaluator = Evaluator(sources, workers.run_all)
    return DashboardService(
        library,
        evaluator,
        project,
        runbooks=arguments.runbooks,
        pager_path=arguments.pager_path,
    )


def _count(source: str, outcome: str) -> None:
    metrics.console_source_requests_total.inc(source=source.lower(), outcome=outcome)  # type: ignore[arg-type]


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    token = _token(arguments)
    workers = Workers()
    service = service_from(arguments, workers)
    with listening(arguments.address, arguments.port) as listener:
        preparation = client.prepare(PROGRAM, directory=arguments.segments)
        if preparation.problem:
            print(f"metrics: {preparation.problem}", flush=True)
        hosts = {*LOOPBACK_NAMES, arguments.address, *arguments.host}
        try:
            asyncio.run(_serve(http.make(service, workers, hosts, token, arguments.docs), listener))
        finally:
            workers.close()
    return 0


async def _serve(application: ASGIApp, listener: socket.socket) -> None:
    address, port = listener.getsockname()[:2]
    print(f"serving http://{address}:{port}/", flush=True)
    await serve(application, listener)


def _token(arguments: argparse.Namespace) -> str:
    """Return the token; none is needed on loopback."""
    if arguments.token_file is None:
        if arguments.address not in LOOPBACK_NAMES:
            reason = "everybody who reaches it could silence alerts"
            raise UsageError(f"--address {arguments.address} needs --token-file: {reason}")
        return ""
    try:
        token = str(arguments.token_file.read_text(encoding="utf-8")).strip()
    except OSError as error:
        raise UsageError(f"--token-file {arguments.token_file}: {error.strerror}") from error
    if len(token) < _SHORTEST_TOKEN:
        problem = f"found {len(token)} characters, expected {_SHORTEST_TOKEN} or more"
        raise UsageError(f"--token-file {arguments.token_file}: {problem}")
    return token

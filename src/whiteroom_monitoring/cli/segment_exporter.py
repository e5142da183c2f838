"""``whiteroom segment-exporter``: serves the segments of programs without an endpoint."""

from __future__ import annotations

import argparse
from pathlib import Path

from whiteroom_monitoring.cli.argument_types import port_number
from whiteroom_monitoring.client import _native
from whiteroom_monitoring.client.exposition.credentials import Credentials
from whiteroom_monitoring.client.exposition.server import MetricsServer, Security
from whiteroom_monitoring.deploy.paths import LOOPBACK, default_ports
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.exporters.segments import SegmentExporter


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom segment-exporter``."""
    parser.add_argument("--address", default=LOOPBACK, help=f"listen here (default {LOOPBACK})")
    parser.add_argument(
        "--port",
        type=port_number,
        default=default_ports()["segment-exporter"],
        help="0 takes a free one (default %(default)s)",
    )
    parser.add_argument(
        "--segments",
        type=Path,
        default=Path(_native.default_directory()),
        metavar="DIR",
        help="folder of segments (default %(default)s)",
    )
    _add_security_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    # The default one is made by the first program that records.
    if arguments.segments != Path(_native.default_directory()) and not arguments.segments.is_dir():
        raise UsageError(f"--segments {arguments.segments}: there is no such folder")
    exporter = SegmentExporter(arguments.segments)
    security = _security(arguments)
    MetricsServer(
        arguments.address, arguments.port, exporter.open_exposition, security
    ).serve_until_signal()
    return 0


def _add_security_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that say who may scrape, and how."""
    group = parser.add_argument_group("who may scrape", "By default everyone who can connect.")
    group.add_argument(
        "--bearer-token-file", type=Path, metavar="FILE", help="ask for the token in its first line"
    )
    group.add_argument(
        "--basic-auth-file",
        type=Path,
        metavar="FILE",
        help="ask for the user:password in its first line",
    )
    group.add_argument(
        "--tls-certificate", type=Path, metavar="PEM", help="serve HTTPS with this certificate"
    )
    group.add_argument("--tls-key", type=Path, metavar="PEM", help="the certificate's key")


def _security(arguments: argparse.Namespace) -> Security:
    """Return what the options choose. Raises UsageError, and CredentialsError for a file."""
    token, password = arguments.bearer_token_file, arguments.basic_auth_file
    if token and password:
        raise UsageError("--bearer-token-file and --basic-auth-file: expected one of them")
    if (arguments.tls_certificate is None) != (arguments.tls_key is None):
        raise UsageError("--tls-certificate and --tls-key: HTTPS needs both")
    credentials = Credentials.bearer(token) if token else None
    if password:
        credentials = Credentials.basic(password)
    return Security(credentials, arguments.tls_certificate, arguments.tls_key)

"""``whiteroom check``: holds catalogue, rules, routes, runbooks and dashboards together."""

from __future__ import annotations

import argparse
from pathlib import Path

from whiteroom_monitoring.diagnostics import registry, report, succeeded
from whiteroom_monitoring.lint.registry import checks
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.project import repository_root, share


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom check``."""
    parser.add_argument(
        "--json", action="store_true", help="print JSON (documented in docs/reference/json.md)"
    )
    parser.add_argument(
        "--infrastructure",
        type=Path,
        metavar="DIR",
        help="folder of prometheus/, alertmanager/, grafana/ and runbooks/ "
        "(default: the package's own)",
    )
    parser.add_argument(
        "--catalogue", type=Path, metavar="DIR", help="the catalogue (default: the package's own)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Make every check and print the results. Return 1 when one fails."""
    workspace = Workspace(
        arguments.catalogue or share("catalogue"),
        arguments.infrastructure or share("infrastructure/monitoring"),
        repository_root(),
    )
    results = registry.results(checks(), workspace)
    if arguments.json:
        print(report.as_json(results))
    else:
        report.print_table(results)
    return int(not succeeded(results))

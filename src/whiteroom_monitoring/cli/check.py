"""``whiteroom check``: holds catalogue, rules, routes, runbooks and dashboards together."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from whiteroom_monitoring.lint import checks, report
from whiteroom_monitoring.lint.workspace import Subject
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
    subject = Subject(
        arguments.catalogue or share("catalogue"),
        arguments.infrastructure or share("infrastructure/monitoring"),
        repository_root(),
    )
    results = list(checks.run(subject))
    if arguments.json:
        print(json.dumps(report.as_json(results), indent=2))
    else:
        print(report.as_table(results))
    return int(any(result.state == "failed" for result in results))

"""``whiteroom logql check``: verifies the files of a log store."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from whiteroom_monitoring.deploy.paths import default_data
from whiteroom_monitoring.logs.store import check


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom logql``."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    checked = actions.add_parser(
        "check",
        allow_abbrev=False,
        help="verify every block's checksum, and say what is damaged",
        description="Verify every block's checksum, and say what is damaged. Changes nothing; the "
        "store may run.",
    )
    checked.add_argument(
        "folder",
        nargs="?",
        type=Path,
        default=default_data(0) / "logs",
        metavar="DIR",
        help="folder of the logs (default %(default)s)",
    )
    checked.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: argparse.Namespace) -> int:
    """Check a folder; the status is 1 when something is damaged."""
    report = check.verify(arguments.folder)
    if arguments.json:
        print(json.dumps(report.shown(), indent=2))
    else:
        for problem in report.problems:
            print(problem)
        print(
            f"{report.segments} segments with {report.blocks} blocks, {report.rows} lines and "
            f"{report.bytes} bytes; {report.wal_records} records of the write-ahead log; "
            f"{len(report.problems)} damaged"
        )
    return 1 if report.problems else 0

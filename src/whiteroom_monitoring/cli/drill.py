"""``whiteroom drill``: harms a copy of the stack and proves that every alert reaches its pager."""

from __future__ import annotations

import argparse
from pathlib import Path

from whiteroom_monitoring.cli.options import add_project_option

DEFAULT_FACTOR = 30.0


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom drill``."""
    add_project_option(parser)
    parser.add_argument(
        "alerts", nargs="*", metavar="ALERT", help="drill these (default: every alert)"
    )
    parser.add_argument(
        "--scenario",
        action="append",
        default=[],
        metavar="NAME",
        help="run this scenario, the name of its file; may be given again",
    )
    parser.add_argument("--list", action="store_true", help="print the scenarios, and run none")
    parser.add_argument(
        "--factor",
        type=float,
        default=DEFAULT_FACTOR,
        metavar="N",
        help="how much sooner everything happens, 1 to 30 (default %(default)g)",
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="COMPONENT",
        help="leave this component out of the copy, and what needs it",
    )
    parser.add_argument("--without-app", action="store_true", help="copy the monitoring alone")
    parser.add_argument(
        "--port-offset",
        type=int,
        metavar="N",
        help="add N to every port of the copy (default: one whose ports are free)",
    )
    parser.add_argument(
        "--report",
        type=Path,
        metavar="DIR",
        help="folder of the page, the JUnit file and the history (default: drills, in the data "
        "folder)",
    )
    parser.add_argument(
        "--no-record",
        dest="record",
        action="store_false",
        help="do not note in the project what was proven",
    )
    parser.add_argument(
        "--json", action="store_true", help="print JSON (see docs/reference/json.md)"
    )
    parser.epilog = (
        "The copy has its own folder, ports and inbox, and wakes nobody. It harms what it copies,\n"
        "never the stack that runs."
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the drills, print the report, return 0 when none has failed."""
    # Here, because `--help` needs nothing of it, and has to be there at once.
    from whiteroom_monitoring.cli import drill_run  # noqa: PLC0415

    return drill_run.run(arguments)

"""``whiteroom up``: starts the stack; ends when every component and every target is green."""

from __future__ import annotations

import argparse
from pathlib import Path

from whiteroom_monitoring.cli.argument_types import folder
from whiteroom_monitoring.cli.options import add_stack_options


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom up``."""
    add_stack_options(parser)
    parser.add_argument(
        "--plan", action="store_true", help="print what would be done, and change nothing"
    )
    parser.add_argument(
        "--without-app", action="store_true", help="the monitoring alone, without the reference app"
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="COMPONENT",
        help="leave this component out, and what needs it",
    )
    parser.add_argument(
        "--no-restart",
        action="append",
        default=[],
        metavar="COMPONENT",
        help="leave this component down when it ends; the next `up` without this starts it again",
    )
    parser.add_argument(
        "--config",
        type=folder,
        metavar="DIR",
        help="folder of prometheus/, alertmanager/ and the rest, in place of the project's",
    )
    parser.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        help="credentials (default: .env in the project's folder of configuration); without, the "
        "inbox gets all",
    )
    parser.epilog = (
        "Run again on a running stack, it starts what is down, takes over a changed configuration\n"
        "when it is valid, and leaves the rest alone."
    )


def run(arguments: argparse.Namespace) -> int:
    """Start what is not running, and wait until everything is green; or print the plan."""
    # Here, because `--help` needs nothing of it, and has to be there at once.
    from whiteroom_monitoring.cli import up_run  # noqa: PLC0415

    return up_run.run(arguments)

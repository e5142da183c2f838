"""The options that several commands share: which stack, and in which form they answer."""

from __future__ import annotations

import argparse
from pathlib import Path

from whiteroom_monitoring.deploy.paths import HIGHEST_OFFSET, StackPaths, default_data
from whiteroom_monitoring.errors import UsageError


def add_stack_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a stack, and ``--json``."""
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="data folder (default: $WHITEROOM_DATA, else /var/lib/whiteroom for root and "
        "~/.local/share/whiteroom for others)",
    )
    parser.add_argument(
        "--port-offset",
        type=int,
        default=0,
        metavar="N",
        help="add N to every port, for a second stack beside the first (default 0)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print JSON (see docs/reference/json.md)"
    )


def paths_from(arguments: argparse.Namespace) -> StackPaths:
    """Return the stack that the options choose. Raises UsageError for an impossible offset."""
    offset = arguments.port_offset
    if not 0 <= offset <= HIGHEST_OFFSET:
        raise UsageError(f"--port-offset {offset}: expected 0 to {HIGHEST_OFFSET}")
    data = arguments.data.absolute() if arguments.data else default_data(offset)
    return StackPaths(data, offset)

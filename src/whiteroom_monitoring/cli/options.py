"""The options that several commands share: which stack, and in which form they answer."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.paths import HIGHEST_OFFSET, StackPaths, default_data
from whiteroom_monitoring.deploy.registry import present_name
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


def component_name(name: str, descriptions: Sequence[Component], option: str = "") -> str:
    """Return the present name of the component that the user calls ``name``.

    A former name is answered with the present one on standard error. Raises UsageError for a name
    that no component has; ``option`` is what it stands behind.
    """
    present = present_name(name, descriptions)
    known = [component.name for component in descriptions]
    if present not in known:
        raise UsageError(f"{option}{name}: expected {', '.join(known)}")
    if present != name:
        print(f"{option}{name} is now {option}{present}", file=sys.stderr)
    return present

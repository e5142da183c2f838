"""The options that several commands share: which project, which stack, which form of answer."""

from __future__ import annotations

import argparse
from pathlib import Path

from whiteroom_monitoring.deploy.paths import StackPaths, checked, default_data, default_ports
from whiteroom_monitoring.deploy.running import state
from whiteroom_monitoring.project import Project, discovery, load


def add_project_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that names the project."""
    parser.add_argument(
        "--project",
        type=Path,
        metavar="PATH",
        help="whiteroom.toml or its folder (default: $WHITEROOM_PROJECT, else found upwards from "
        "here, else White Room's own)",
    )


def add_stack_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a project and a stack, and ``--json``."""
    add_place_options(parser)
    parser.add_argument(
        "--json", action="store_true", help="print JSON (see docs/reference/json.md)"
    )


def add_place_options(parser: argparse.ArgumentParser) -> None:
    """Add the options that choose a project and a stack."""
    add_project_option(parser)
    parser.add_argument(
        "--data",
        type=Path,
        metavar="DIR",
        help="data folder (default: that of whiteroom.toml, else $WHITEROOM_DATA, else "
        "/var/lib/NAME for root and ~/.local/share/NAME for others)",
    )
    parser.add_argument(
        "--port-offset",
        type=int,
        metavar="N",
        help="add N to every port, for a second stack beside the first (default: that of the "
        "running stack, else of whiteroom.toml, else 0)",
    )


def project_from(arguments: argparse.Namespace) -> Project:
    """Return the project that the options choose, of a running stack that of its start."""
    return load(arguments.project)


def paths_from(arguments: argparse.Namespace) -> StackPaths:
    """Return the stack that the options choose, with the ports of the one that runs there.

    Raises UsageError for an impossible offset.
    """
    data, offset = arguments.data, arguments.port_offset
    place = None
    if data is None or offset is None:
        place = discovery.place(arguments.project) if data is None else None
        data_offset = offset if offset is not None else (place.port_offset if place else 0)
        data = data or (place.data if place and place.data else None)
        data = data or default_data(data_offset, place.name if place else "")
    data = data.absolute()
    known = state.read(StackPaths(data, ports={}))
    if offset is None:
        offset = known.port_offset if known else (place.port_offset if place else 0)
    ports = known.ports if known and known.ports else default_ports()
    return checked(StackPaths(data, offset, ports))


def in_force(arguments: argparse.Namespace) -> str:
    """Return the options that choose the stack, as a command that is advised has to have them."""
    words = ""
    for name in ("project", "data", "port_offset"):
        value = getattr(arguments, name, None)
        if value is not None:
            words += f" --{name.replace('_', '-')} {value}"
    return words

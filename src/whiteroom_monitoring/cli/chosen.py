"""What the shared options choose, where that takes the descriptions of components."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from whiteroom_monitoring.cli.options import checked, paths_from
from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.running import state
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.project import Project


def new_paths_from(
    arguments: argparse.Namespace, project: Project, descriptions: Sequence[Component]
) -> StackPaths:
    """Return the stack that is to be started, with the project's ports."""
    found = paths_from(arguments)
    known = state.read(found)
    offset = found.port_offset
    if arguments.port_offset is None and known is None:
        offset = project.stack.port_offset
    ports = registry.port_numbers(descriptions, project.stack.ports)
    return checked(StackPaths(found.data, offset, ports))


def component_name(name: str, descriptions: Sequence[Component], option: str = "") -> str:
    """Return the present name of the component that the user calls ``name``.

    A former name is answered with the present one on standard error. Raises UsageError for a name
    that no component has; ``option`` is what it stands behind.
    """
    present = registry.present_name(name, descriptions)
    known = [component.name for component in descriptions]
    if present not in known:
        raise UsageError(f"{option}{name}: expected {', '.join(known)}")
    if present != name:
        print(f"{option}{name} is now {option}{present}", file=sys.stderr)
    return present

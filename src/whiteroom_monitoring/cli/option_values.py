"""What the shared options choose, where that takes the project or its components."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from whiteroom_monitoring.cli.options import paths_from
from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.paths import StackPaths, checked
from whiteroom_monitoring.deploy.running import state
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.project import Project, load
from whiteroom_monitoring.project.settings import with_configuration


def new_paths_from(
    arguments: argparse.Namespace, project: Project, descriptions: Sequence[Component]
) -> StackPaths:
    """Return the stack that is to be started, with the project's ports."""
    paths = paths_from(arguments)
    known = state.read(paths)
    offset = paths.port_offset
    if arguments.port_offset is None and known is None:
        offset = project.stack.port_offset
    ports = registry.port_numbers(descriptions, project.stack.ports)
    return checked(StackPaths(paths.data, offset, ports))


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


def running_project(arguments: argparse.Namespace, paths: StackPaths) -> Project:
    """Return the project that is named, else that with which the running stack was started."""
    known = state.read(paths)
    if arguments.project is None and known and Path(known.project).is_file():
        project = load(Path(known.project))
        folder = Path(known.configuration or project.files.folder)
        return project if folder == project.files.folder else with_configuration(project, folder)
    return load(arguments.project)

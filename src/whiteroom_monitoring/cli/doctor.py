"""``whiteroom doctor``: what is missing here, what is odd, and what to do about it."""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Iterator
from typing import Literal

from whiteroom_monitoring import __version__
from whiteroom_monitoring.cli.option_values import new_paths_from
from whiteroom_monitoring.cli.options import add_stack_options, in_force
from whiteroom_monitoring.deploy import credentials, preflight, registry
from whiteroom_monitoring.deploy.configuration import config
from whiteroom_monitoring.deploy.planner.placeholders import Placeholders
from whiteroom_monitoring.deploy.planner.resolution import resolve
from whiteroom_monitoring.deploy.planner.selection import candidates, select
from whiteroom_monitoring.deploy.running import status
from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.project import Project, load
from whiteroom_monitoring.resources import repository_root

State = Literal["ok", "odd", "missing"]
Finding = tuple[State, str, str]
_TOOLS = {"promtool": "prometheus", "amtool": "prometheus-alertmanager", "chromium": "chromium"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom doctor``."""
    add_stack_options(parser)
    parser.epilog = "It changes nothing. Exit status 1 when something is missing."


def run(arguments: argparse.Namespace) -> int:
    """Print every finding with what to do; return 1 when `up` would not start."""
    findings = list(_findings(arguments))
    if arguments.json:
        content = [
            {"state": s, "found": observation, "remedy": remedy}
            for s, observation, remedy in findings
        ]
        print(json.dumps({"findings": content}, indent=2))
    else:
        for state, observation, remedy in findings:
            print(f"{state:8}{observation}" + (f"; {remedy}" if remedy else ""))
    return int(any(state == "missing" for state, _, _ in findings))


def _findings(arguments: argparse.Namespace) -> Iterator[Finding]:
    project = load(arguments.project)
    yield "ok", f"whiteroom {__version__}, project {project.title} ({project.file})", ""
    yield from _configuration(project)
    descriptions = registry.load(project)
    paths = new_paths_from(arguments, project, descriptions)
    places = Placeholders(paths, repository_root(), project)
    selection = select(candidates(descriptions, project.stack.reference_app), (), places)
    components = [resolve(component, variant, places) for component, variant in selection.kept]
    for name, reason in selection.left_out.items():
        yield "odd", f"{name} is left out: {reason}", ""
    for name, package in _TOOLS.items():
        if shutil.which(name) is None:
            yield "odd", f"{name} is not installed", f"apt-get install {package}"
    stack = status.read(paths)
    running = {c.name for c in stack.components if c.pid}
    for obstacle in preflight.obstacles(paths, components, running):
        yield "missing", obstacle, ""
    if not stack.components:
        yield "ok", f"nothing runs in {paths.data}", f"whiteroom up{in_force(arguments)}"
    for component in stack.components:
        if not component.well:
            advice = f"whiteroom logs {component.name}{in_force(arguments)}"
            yield "odd", f"{component.name} is {component.state}: {component.health}", advice


def _configuration(project: Project) -> Iterator[Finding]:
    try:
        configured = credentials.read(project.files.env_file)
        unset = [name for name in credentials.FILES if name not in configured]
        if unset:
            yield "ok", f"not set: {', '.join(unset)}", "these channels lead to the inbox"
    except DiagnosticsError as error:
        yield from (("missing", str(finding), "") for finding in error.diagnostics)
    for diagnostic in config.diagnostics(project, registry.load(project)):
        yield "missing", str(diagnostic), ""

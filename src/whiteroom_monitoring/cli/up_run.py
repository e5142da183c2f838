"""What ``whiteroom up`` does, once its options are read."""

from __future__ import annotations

import argparse
import json
import signal
from collections.abc import Sequence

from whiteroom_monitoring.cli.option_values import component_name, new_paths_from
from whiteroom_monitoring.cli.options import in_force
from whiteroom_monitoring.cli.status import print_table
from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.deploy.apply import Application
from whiteroom_monitoring.deploy.component import Component
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.planner import planning
from whiteroom_monitoring.deploy.planner.planning import Request
from whiteroom_monitoring.deploy.planner.selection import candidates
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.deploy.running import status
from whiteroom_monitoring.deploy.running.lock import exclusive
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.project import Project, load
from whiteroom_monitoring.project.settings import with_configuration


def run(arguments: argparse.Namespace) -> int:
    """Start what is not running, and wait until everything is green; or print the plan."""
    project = _project(arguments)
    descriptions = registry.load(project)
    if arguments.env_file and not arguments.env_file.is_file():
        raise UsageError(f"--env-file {arguments.env_file}: no such file")
    with_app = project.stack.reference_app and not arguments.without_app
    choice = candidates(descriptions, with_app)
    named = [component_name(name, choice, "--without ") for name in arguments.without]
    request = planning.Request(
        paths=new_paths_from(arguments, project, descriptions),
        project=project,
        descriptions=descriptions,
        env_file=arguments.env_file or project.files.env_file,
        with_app=with_app,
        unwanted=[*named, *_unwanted(project, choice)],
        without_restart=[component_name(n, choice, "--no-restart ") for n in arguments.no_restart],
    )
    _require_optional(request)
    if arguments.plan:
        return _show_plan(request, arguments.json)
    return _start(request, arguments.json, in_force(arguments))


def _project(arguments: argparse.Namespace) -> Project:
    project = load(arguments.project)
    if arguments.config is None:
        return project
    return with_configuration(project, arguments.config.absolute())


def _unwanted(project: Project, choice: Sequence[Component]) -> list[str]:
    """Return the components that whiteroom.toml leaves out, of those that there would be."""
    names = {component.name for component in choice}
    known = ", ".join(sorted(names))
    for name in project.stack.without:
        if name not in names:
            raise UsageError(f"{project.file}: stack.without {name}: expected one of {known}")
    return list(project.stack.without)


def _require_optional(request: Request) -> None:
    for component in request.descriptions:
        if component.required and component.name in request.unwanted:
            reason = f"{component.name} is required and cannot be left out"
            raise UsageError(f"--without {component.name}: {reason}")


def _show_plan(request: Request, as_json: bool) -> int:
    """Print the plan; return 1 when it can't be applied now."""
    plan = planning.make(request)
    if as_json:
        print(json.dumps(plan.as_json(), indent=2))
    else:
        print(plan.as_text())
    return int(bool(plan.obstacles))


def _start(request: Request, as_json: bool, options: str) -> int:
    progress = Progress(quiet=as_json)
    signal.signal(signal.SIGTERM, _interrupt)
    with exclusive(request.paths):
        try:
            progress.step("checking the configuration")
            Application(planning.make(request), progress).run()
        finally:
            progress.end()
    _report(request.paths, as_json, progress.seconds, options)
    return 0


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _report(paths: StackPaths, as_json: bool, seconds: float, options: str) -> None:
    stack = status.read(paths)
    if as_json:
        content = json.loads(stack.as_json())
        print(json.dumps({**content, "seconds": round(seconds, 1)}, indent=2))
    else:
        print_table(stack)
        print(f"green after {seconds:.1f} s; stop with `whiteroom down{options}`")

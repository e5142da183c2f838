"""``whiteroom up``: starts the stack; ends when every component and every target is green."""

from __future__ import annotations

import argparse
import json
import signal
from pathlib import Path

from whiteroom_monitoring.cli.options import add_stack_options, component_name, paths_from
from whiteroom_monitoring.cli.status import print_table
from whiteroom_monitoring.deploy import registry, status
from whiteroom_monitoring.deploy.apply import Application
from whiteroom_monitoring.deploy.config import Source
from whiteroom_monitoring.deploy.lock import exclusive
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.planner import planning
from whiteroom_monitoring.deploy.planner.planning import Request
from whiteroom_monitoring.deploy.planner.selection import candidates
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.project import share

CONFIGURATION = "infrastructure/monitoring"


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
        type=Path,
        metavar="DIR",
        help="folder with prometheus/, alertmanager/ and, for more components, components/ "
        "(default: infrastructure/monitoring)",
    )
    parser.add_argument(
        "--env-file",
        type=Path,
        metavar="FILE",
        help="credentials (default: infrastructure/monitoring/.env); without, the inbox gets all",
    )
    parser.epilog = (
        "Run again on a running stack, it starts what is down, takes over a changed configuration\n"
        "when it is valid, and leaves the rest alone."
    )


def run(arguments: argparse.Namespace) -> int:
    """Start what is not running, and wait until everything is green; or print the plan."""
    paths = paths_from(arguments)
    folder = arguments.config or share(CONFIGURATION)
    descriptions = registry.load(folder)
    paths = StackPaths(paths.data, paths.port_offset, registry.port_numbers(descriptions))
    env_file = arguments.env_file or share(CONFIGURATION) / ".env"
    if arguments.env_file and not env_file.is_file():
        raise UsageError(f"--env-file {env_file}: no such file")
    choice = candidates(descriptions, not arguments.without_app)
    request = planning.Request(
        paths=paths,
        descriptions=descriptions,
        source=Source(folder),
        env_file=env_file,
        with_app=not arguments.without_app,
        unwanted=[component_name(name, choice, "--without ") for name in arguments.without],
        without_restart=[component_name(n, choice, "--no-restart ") for n in arguments.no_restart],
    )
    _require_optional(request)
    act = _show_plan if arguments.plan else _start
    return act(request, arguments.json)


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


def _start(request: Request, as_json: bool) -> int:
    progress = Progress(quiet=as_json)
    signal.signal(signal.SIGTERM, _interrupt)
    with exclusive(request.paths):
        try:
            progress.step("checking the configuration")
            Application(planning.make(request), progress).run()
        finally:
            progress.end()
    _report(request.paths, as_json, progress.seconds)
    return 0


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _report(paths: StackPaths, as_json: bool, seconds: float) -> None:
    stack = status.read(paths)
    if as_json:
        content = json.loads(stack.as_json())
        print(json.dumps({**content, "seconds": round(seconds, 1)}, indent=2))
    else:
        print_table(stack)
        print(f"green after {seconds:.1f} s; stop with `whiteroom down`")

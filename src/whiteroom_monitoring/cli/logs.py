"""``whiteroom logs [COMPONENT ...]``: shows what components have printed."""

from __future__ import annotations

import argparse
import datetime
import json
from pathlib import Path

from whiteroom_monitoring.cli.argument_types import duration_s
from whiteroom_monitoring.cli.option_values import component_name
from whiteroom_monitoring.cli.options import add_stack_options, paths_from
from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.running import state
from whiteroom_monitoring.deploy.running.component_logs import follow, follow_all, last_lines, since
from whiteroom_monitoring.errors import MonitoringError, UsageError
from whiteroom_monitoring.project import load

SUPERVISOR = "supervisord"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom logs``."""
    add_stack_options(parser)
    parser.add_argument(
        "component", nargs="*", help="its name in `whiteroom status` (default: all that run)"
    )
    parser.add_argument(
        "--lines", type=int, default=50, metavar="N", help="the last N lines (default %(default)s)"
    )
    parser.add_argument(
        "--since",
        type=duration_s,
        metavar="DURATION",
        help="lines of the last 30s, 10m, 2h or 1d, as far as they tell their time",
    )
    parser.add_argument("--follow", action="store_true", help="go on with what is printed next")


def run(arguments: argparse.Namespace) -> int:
    """Print the last lines of components' output."""
    paths = paths_from(arguments)
    names = [_component(name, paths) for name in arguments.component] or _all(paths)
    if arguments.lines < 0:
        raise UsageError(f"--lines {arguments.lines}: expected 0 or more")
    if arguments.follow and arguments.json:
        raise UsageError("--follow and --json exclude each other")
    if arguments.json and len(names) != 1:
        raise UsageError("--json: expected one component")
    lines = {name: _lines(paths.log / f"{name}.log", arguments) for name in names}
    if arguments.json:
        print(json.dumps({"component": names[0], "lines": lines[names[0]]}, indent=2))
        return 0
    for name in names:
        prefix = f"{name} | " if len(names) > 1 else ""
        print("".join(f"{prefix}{line}\n" for line in lines[name]), end="", flush=True)
    if arguments.follow and len(names) == 1:
        follow(paths.log / f"{names[0]}.log")
    elif arguments.follow:
        follow_all({name: paths.log / f"{name}.log" for name in names})
    return 0


def _lines(path: Path, arguments: argparse.Namespace) -> list[str]:
    if arguments.since is None:
        return last_lines(path, arguments.lines)
    lines = last_lines(path, None)
    return since(lines, datetime.datetime.now(datetime.UTC).timestamp() - arguments.since)


def _all(paths: StackPaths) -> list[str]:
    """Return the components that have printed, of the stack that runs."""
    known = state.read(paths)
    if known is None:
        raise MonitoringError(f"nothing runs in {paths.data}; name a component")
    names = dict.fromkeys(component.process for component in known.components)
    return [name for name in names if (paths.log / f"{name}.log").exists()]


def _component(name: str, paths: StackPaths) -> str:
    """Return the name of a component that prints: of the running stack, or of any."""
    known = state.read(paths)
    running = {component.name for component in known.components} if known else set()
    return name if name in running | {SUPERVISOR} else component_name(name, registry.load(load()))

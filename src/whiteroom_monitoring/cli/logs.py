"""``whiteroom logs COMPONENT``: shows what a component has printed."""

from __future__ import annotations

import argparse
import json

from whiteroom_monitoring.cli.options import add_stack_options, component_name, paths_from
from whiteroom_monitoring.deploy import registry, state
from whiteroom_monitoring.deploy.component_logs import follow, last_lines
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.project import load

SUPERVISOR = "supervisord"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom logs``."""
    add_stack_options(parser)
    parser.add_argument("component", metavar="COMPONENT", help="its name in `whiteroom status`")
    parser.add_argument(
        "--lines", type=int, default=50, metavar="N", help="the last N lines (default %(default)s)"
    )
    parser.add_argument("--follow", action="store_true", help="go on with what is printed next")


def run(arguments: argparse.Namespace) -> int:
    """Print the last lines of a component's output."""
    paths = paths_from(arguments)
    name = _component(arguments.component, paths)
    if arguments.lines < 0:
        raise UsageError(f"--lines {arguments.lines}: expected 0 or more")
    if arguments.follow and arguments.json:
        raise UsageError("--follow and --json exclude each other")
    path = paths.log / f"{name}.log"
    lines = last_lines(path, arguments.lines)
    if arguments.json:
        print(json.dumps({"component": name, "lines": lines}, indent=2))
    else:
        print("\n".join(lines), end="\n" if lines else "")
        if arguments.follow:
            follow(path)
    return 0


def _component(name: str, paths: StackPaths) -> str:
    """Return the name of a component that prints: of the running stack, or of any."""
    known = state.read(paths)
    running = {component.name for component in known.components} if known else set()
    return name if name in running | {SUPERVISOR} else component_name(name, registry.load(load()))

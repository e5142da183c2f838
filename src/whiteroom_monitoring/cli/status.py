"""``whiteroom status``: every component's state and health."""

from __future__ import annotations

import argparse
import sys
import time

from whiteroom_monitoring.cli.options import add_stack_options, in_force, paths_from
from whiteroom_monitoring.cli.tables import Cell, print_rows
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.deploy.running import health, status
from whiteroom_monitoring.deploy.running.status import ComponentStatus, StackStatus
from whiteroom_monitoring.errors import MonitoringError, UsageError

WATCH_S = 2.0
HEAD = ("component", "state", "address", "uptime", "restarts", "memory", "version")
_STYLES = {"running": "green", "starting": "yellow", "restarting": "yellow"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom status``."""
    add_stack_options(parser)
    parser.add_argument(
        "--watch", action="store_true", help="print it anew every 2 s, until interrupted"
    )
    parser.add_argument(
        "--pid", metavar="COMPONENT", help="print the number of its process, and nothing else"
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the status; return 0 when every component is well."""
    if arguments.watch and arguments.json:
        raise UsageError("--watch and --json exclude each other")
    if arguments.pid:
        if arguments.watch or arguments.json:
            raise UsageError("--pid excludes --watch and --json")
        return _show_pid(arguments)
    while arguments.watch:
        # From the top of the screen on; what the last picture had below is wiped away.
        print("\033[H\033[J" if sys.stdout.isatty() else "", end="")
        _show(arguments)
        sys.stdout.flush()
        time.sleep(WATCH_S)
    return _show(arguments)


def _show_pid(arguments: argparse.Namespace) -> int:
    components = {c.name: c for c in status.read(paths_from(arguments)).components}
    component = components.get(arguments.pid)
    if component is None:
        expected = ", ".join(components) or "nothing, because no stack runs here"
        raise UsageError(f"--pid {arguments.pid}: no component has this name; expected {expected}")
    if component.pid is None:
        raise MonitoringError(f"{component.name} does not run")
    print(component.pid)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    paths = paths_from(arguments)
    stack = status.read(paths)
    if arguments.json:
        print(stack.as_json())
    elif not stack.components:
        print(f"nothing runs in {paths.data}; start with `whiteroom up{in_force(arguments)}`")
    else:
        print_table(stack)
        for failure in stack.delivery_failures():
            print(f"channel {failure}")
        for problem in stack.pager_path_problems():
            print(problem)
        _print_memory(stack)
    return 0 if stack.well else 1


def print_table(stack: StackStatus) -> None:
    """Print a row for each component, what is wrong with it, and what is left out."""
    print_rows(HEAD, [_row(component) for component in stack.components])
    for component in stack.components:
        if component.health != health.WELL:
            print(f"{component.name}: {component.health}")
    for name, reason in stack.left_out.items():
        print(f"left out: {name}: {reason}")


def _row(component: ComponentStatus) -> tuple[Cell, ...]:
    uptime = component.uptime_seconds
    style = "green" if component.well else _STYLES.get(component.state, "red")
    return (
        Cell(component.name),
        Cell(component.state, style),
        Cell(component.address or "-"),
        Cell("-" if uptime is None else _duration(uptime)),
        Cell(str(component.restarts)),
        Cell(f"{component.resident_bytes / 1e6:.0f} MB"),
        Cell(component.version),
    )


def _duration(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


def _print_memory(stack: StackStatus) -> None:
    total = sum(c.resident_bytes for c in stack.components if not c.of_app)
    if stack.supervisor_pid is None:
        print("the supervisor is gone: nobody restarts these; `whiteroom up` puts that right")
    else:
        total += processes.resident_bytes(stack.supervisor_pid)
    print(f"the monitoring uses {total / 1e6:.0f} MB")

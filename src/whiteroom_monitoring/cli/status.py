"""``whiteroom status``: every component's state and health."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Mapping

from whiteroom_monitoring.cli.options import add_stack_options, paths_from
from whiteroom_monitoring.deploy import health, processes, status
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.runtimes.supervisord import Supervisor
from whiteroom_monitoring.deploy.status import ComponentStatus

_COLOURS = {"running": "32", "starting": "33", "restarting": "33"}
_RED = "31"


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom status``."""
    add_stack_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the status; return 0 when every component is well."""
    paths = paths_from(arguments)
    found = status.read(paths)
    if arguments.json:
        print(status.as_json(paths, found))
    elif not found:
        print(f"nothing runs in {paths.data}; start with `whiteroom up`")
    else:
        print_table(found, status.left_out(paths))
        _print_failures(paths)
        _print_advice(found, Supervisor(paths).pid())
    return 0 if status.is_well(found) else 1


def print_table(found: list[ComponentStatus], left_out: Mapping[str, str]) -> None:
    """Print a row for each component, and what is left out. Colour only on a terminal."""
    coloured = sys.stdout.isatty() and "NO_COLOR" not in os.environ
    head = ("component", "state", "address", "uptime", "restarts", "memory", "version")
    rows = [head, *(_row(component) for component in found)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for index, row in enumerate(rows):
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=True)]
        if coloured and index:
            colour = "32" if found[index - 1].well else _COLOURS.get(row[1], _RED)
            cells[1] = f"\033[{colour}m{cells[1]}\033[0m"
        print("  ".join(cells).rstrip())
    for component in found:
        if component.health != health.WELL:
            print(f"{component.name}: {component.health}")
    for name, reason in left_out.items():
        print(f"left out: {name}: {reason}")


def _row(component: ComponentStatus) -> tuple[str, ...]:
    uptime = component.uptime_seconds
    return (
        component.name,
        component.state,
        component.address or "-",
        "-" if uptime is None else _duration(uptime),
        str(component.restarts),
        f"{component.resident_bytes / 1e6:.0f} MB",
        component.version,
    )


def _duration(seconds: int) -> str:
    if seconds < 60:
        return f"{seconds} s"
    if seconds < 3600:
        return f"{seconds // 60} min"
    return f"{seconds // 3600} h {seconds % 3600 // 60} min"


def _print_failures(paths: StackPaths) -> None:
    for failure in status.failures(paths):
        print(f"channel {failure}")


def _print_advice(found: list[ComponentStatus], supervisor: int | None) -> None:
    total = sum(c.resident_bytes for c in found if not c.of_app)
    if supervisor is None:
        print("the supervisor is gone: nobody restarts these; `whiteroom up` puts that right")
    else:
        total += processes.resident_bytes(supervisor)
    print(f"the monitoring uses {total / 1e6:.0f} MB")

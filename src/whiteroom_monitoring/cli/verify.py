"""``whiteroom verify``: runs every check against the running stack until all hold."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence

from whiteroom_monitoring.cli.option_values import running_project
from whiteroom_monitoring.cli.options import (
    add_stack_options,
    in_force,
    paths_from,
)
from whiteroom_monitoring.deploy import access
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.deploy.running import status
from whiteroom_monitoring.diagnostics import Check, CheckResult, report, succeeded
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.probes.registry import probes
from whiteroom_monitoring.probes.stack import Stack

DEFAULT_WAIT_S = 90.0
PAUSE_S = 2.0


class NotRunningError(MonitoringError):
    """There is no stack where one is looked for."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom verify``."""
    add_stack_options(parser)
    parser.add_argument(
        "--wait",
        type=float,
        default=DEFAULT_WAIT_S,
        metavar="SECONDS",
        help="repeat what fails for so long: a rate needs two scrapes (default %(default)g)",
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the checks, print the report, return 0 when none has failed."""
    paths = paths_from(arguments)
    stack = running(arguments, paths)
    checks = probes(stack.project)
    show_progress = not arguments.json and sys.stderr.isatty()
    results = verify(stack, checks, arguments.wait, show_progress)
    if arguments.json:
        print(report.as_json(results))
    else:
        report.print_table(results)
    return int(not succeeded(results))


def running(arguments: argparse.Namespace, paths: StackPaths) -> Stack:
    """Return the running stack. Raises NotRunningError when there is nothing to be looked at."""
    current = status.read(paths)
    if current.known is None or not current.components:
        options = in_force(arguments)
        raise NotRunningError(f"nothing runs in {paths.data}; start with `whiteroom up{options}`")
    intervals = {c.job: c.interval_s for c in current.known.components if c.job}
    return Stack(
        paths,
        access.prometheus(paths),
        {component.name for component in current.known.components},
        {**intervals, **current.known.programs},
        running_project(arguments, paths),
    )


def verify(
    stack: Stack, checks: Sequence[Check[Stack]], wait_s: float, show_progress: bool = False
) -> list[CheckResult]:
    """Make every check once, then those that failed again until they hold or time is up."""
    deadline = time.monotonic() + wait_s
    results = {check.id: check.result(stack) for check in checks}
    while not succeeded(results.values()) and time.monotonic() < deadline:
        failed = [check for check in checks if results[check.id].state == "failed"]
        if show_progress:
            names = ", ".join(check.id for check in failed)
            print(f"\r\033[Kwaiting for {names}", end="", file=sys.stderr, flush=True)
        time.sleep(PAUSE_S)
        results |= {check.id: check.result(stack) for check in failed}
    if show_progress:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    return list(results.values())

"""``whiteroom verify``: runs every check against the running stack until all hold."""

from __future__ import annotations

import argparse
import sys
import time

from whiteroom_monitoring import report
from whiteroom_monitoring.cli.options import add_stack_options, paths_from
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.deploy import status
from whiteroom_monitoring.probes import engine, frontend, host, pager, panels, services, targets
from whiteroom_monitoring.probes.framework import DEFINITIONS, Stack
from whiteroom_monitoring.report import Check

# Importing a module of checks registers them.
AREAS = (host, targets, engine, frontend, services, panels, pager)

DEFAULT_WAIT_S = 90.0
PAUSE_S = 2.0


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
    prometheus = PrometheusClient.at(paths.url("prometheus"))
    stack = Stack(paths, prometheus, {component.name for component in status.read(paths)})
    show_progress = not arguments.json and sys.stderr.isatty()
    checks = verify(stack, arguments.wait, show_progress)
    if arguments.json:
        print(report.as_json(checks))
    else:
        report.print_table(checks)
    return 0 if report.succeeded(checks) else 1


def verify(stack: Stack, wait_s: float, show_progress: bool = False) -> list[Check]:
    """Run every check once, then those that failed again until they hold or time is up."""
    deadline = time.monotonic() + wait_s
    checks = {definition.id: definition.run(stack) for definition in DEFINITIONS}
    while not report.succeeded(list(checks.values())) and time.monotonic() < deadline:
        failed = [d for d in DEFINITIONS if checks[d.id].state == "failed"]
        if show_progress:
            names = ", ".join(definition.id for definition in failed)
            print(f"\r\033[Kwaiting for {names}", end="", file=sys.stderr, flush=True)
        time.sleep(PAUSE_S)
        checks |= {definition.id: definition.run(stack) for definition in failed}
    if show_progress:
        print("\r\033[K", end="", file=sys.stderr, flush=True)
    return list(checks.values())

"""``whiteroom verify``: runs every check against the running stack until all hold."""

from __future__ import annotations

import argparse
import sys
import time

from whiteroom_monitoring.cli.options import add_stack_options, paths_from
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.deploy import status
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.diagnostics import CheckResult, report, succeeded
from whiteroom_monitoring.probes import targets
from whiteroom_monitoring.probes.registry import probes
from whiteroom_monitoring.probes.stack import Stack

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
    stack = Stack(paths, prometheus, *_expected(paths))
    show_progress = not arguments.json and sys.stderr.isatty()
    results = verify(stack, arguments.wait, show_progress)
    if arguments.json:
        print(report.as_json(results))
    else:
        report.print_table(results)
    return int(not succeeded(results))


def _expected(paths: StackPaths) -> tuple[set[str], dict[str, int]]:
    """Return the components of the running stack, and the intervals of their scrape jobs."""
    stack = status.read(paths)
    if stack.known is None or not stack.components:
        return set(), {}
    components = stack.known.components
    jobs = {c.job: c.interval_s or targets.INTERVAL_S for c in components if c.job}
    return {component.name for component in components}, jobs


def verify(stack: Stack, wait_s: float, show_progress: bool = False) -> list[CheckResult]:
    """Make every check once, then those that failed again until they hold or time is up."""
    deadline = time.monotonic() + wait_s
    checks = probes()
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

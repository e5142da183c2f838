"""What ``whiteroom drill --before-show`` calls and prints."""

from __future__ import annotations

import argparse

from whiteroom_monitoring.cli.options import paths_from
from whiteroom_monitoring.cli.verify import running
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.diagnostics import report, succeeded
from whiteroom_monitoring.readiness import show


def run(arguments: argparse.Namespace) -> int:
    """Look at the running stack and its machine, print the line, return 0 when all is ready."""
    stack = running(arguments, paths_from(arguments))
    progress = Progress(quiet=arguments.json)
    try:
        results = show.look(show.Show(stack), lambda name: progress.step(f"looking at {name}"))
    finally:
        progress.end()
    if arguments.json:
        print(report.as_json(results))
    else:
        print_line(show.line(results), is_ready=succeeded(results))
    return int(not succeeded(results))


def print_line(text: str, *, is_ready: bool) -> None:
    """Print the line, green where all is ready."""
    # Only this needs it, and it takes a while to import.
    from rich.console import Console  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    Console(highlight=False).print(Text(text, "green" if is_ready else "red"), soft_wrap=True)

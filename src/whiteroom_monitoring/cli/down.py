"""``whiteroom down``: stops everything that `up` started."""

from __future__ import annotations

import argparse
import json
import signal

from whiteroom_monitoring.cli.options import add_stack_options, paths_from
from whiteroom_monitoring.deploy.running import shutdown
from whiteroom_monitoring.deploy.running.lock import exclusive


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom down``."""
    add_stack_options(parser)
    parser.epilog = (
        "The data folder stays: metrics, notifications, logs. Counters of programs that end start\n"
        "anew with the next `up`, which Prometheus sees as an ordinary reset."
    )


def run(arguments: argparse.Namespace) -> int:
    """Stop the stack; one that does not run is no failure."""
    paths = paths_from(arguments)
    stopped: list[str] = []
    if paths.data.is_dir():
        with exclusive(paths):
            # Half stopped would be worse than a second of patience.
            before = signal.signal(signal.SIGINT, signal.SIG_IGN)
            try:
                stopped = shutdown.stop(paths)
            finally:
                signal.signal(signal.SIGINT, before)
    if arguments.json:
        print(json.dumps({"ok": True, "data": str(paths.data), "stopped": stopped}, indent=2))
    elif stopped:
        print(f"stopped: {', '.join(stopped)}")
    else:
        print(f"nothing runs in {paths.data}")
    return 0

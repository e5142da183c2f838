"""``whiteroom down``: stops everything that `up` started."""

from __future__ import annotations

import argparse
import json
import signal

from whiteroom_monitoring.deploy import stopping
from whiteroom_monitoring.deploy.lock import exclusive
from whiteroom_monitoring.deploy.paths import add_layout_options, layout_from


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom down``."""
    add_layout_options(parser)
    parser.epilog = (
        "The data folder stays: metrics, notifications, logs. Counters of programs that end start\n"
        "anew with the next `up`, which Prometheus sees as an ordinary reset."
    )


def run(arguments: argparse.Namespace) -> int:
    """Stop the stack; one that does not run is no failure."""
    layout = layout_from(arguments)
    stopped: list[str] = []
    if layout.data.is_dir():
        with exclusive(layout):
            # Half stopped would be worse than a second of patience.
            before = signal.signal(signal.SIGINT, signal.SIG_IGN)
            try:
                stopped = stopping.stop(layout)
            finally:
                signal.signal(signal.SIGINT, before)
    if arguments.json:
        print(json.dumps({"ok": True, "data": str(layout.data), "stopped": stopped}, indent=2))
    elif stopped:
        print(f"stopped: {', '.join(stopped)}")
    else:
        print(f"nothing runs in {layout.data}")
    return 0

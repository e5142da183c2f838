"""``whiteroom output COMPONENT``: shows what a component has printed."""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections import deque
from pathlib import Path

from whiteroom_monitoring.deploy.paths import add_layout_options, layout_from
from whiteroom_monitoring.deploy.registry import components
from whiteroom_monitoring.errors import MonitoringError, UsageError

POLL_S = 0.25


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom output``."""
    add_layout_options(parser)
    parser.add_argument("component", metavar="COMPONENT", help="its name in `whiteroom status`")
    parser.add_argument(
        "--lines", type=int, default=50, metavar="N", help="the last N lines (default %(default)s)"
    )
    parser.add_argument("--follow", action="store_true", help="go on with what is printed next")


def run(arguments: argparse.Namespace) -> int:
    """Print the last lines of a component's output."""
    layout = layout_from(arguments)
    names = ["supervisord", *(c.name for c in components(layout, with_app=True))]
    if arguments.component not in names:
        raise UsageError(f"{arguments.component}: no such component; expected {', '.join(names)}")
    if arguments.lines < 0:
        raise UsageError(f"--lines {arguments.lines}: expected 0 or more")
    if arguments.follow and arguments.json:
        raise UsageError("--follow and --json exclude each other")
    path = layout.log / f"{arguments.component}.log"
    lines = last_lines(path, arguments.lines)
    if arguments.json:
        print(json.dumps({"component": arguments.component, "lines": lines}, indent=2))
    else:
        print("\n".join(lines), end="\n" if lines else "")
        if arguments.follow:
            _follow(path)
    return 0


def last_lines(path: Path, count: int) -> list[str]:
    """Return the last ``count`` lines of a log. Raises MonitoringError when it can't be read."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return [line.rstrip("\n") for line in deque(file, maxlen=count)]
    except FileNotFoundError:
        raise MonitoringError(f"{path.stem} has printed nothing yet ({path})") from None
    except OSError as error:
        raise MonitoringError(f"{path}: can't be read: {error.strerror}") from error


def _follow(path: Path) -> None:
    """Print what is appended, until interrupted; goes on with the new file after a rotation."""
    file = path.open(encoding="utf-8", errors="replace")
    file.seek(0, 2)
    try:
        while True:
            text = file.read()
            if text:
                sys.stdout.write(text)
                sys.stdout.flush()
                continue
            time.sleep(POLL_S)
            if path.exists() and path.stat().st_ino != _inode(file.fileno()):
                file.close()
                file = path.open(encoding="utf-8", errors="replace")
    except KeyboardInterrupt:
        return
    finally:
        file.close()


def _inode(descriptor: int) -> int:
    return os.fstat(descriptor).st_ino

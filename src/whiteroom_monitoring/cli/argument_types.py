"""The types of arguments that several commands take; servers need no more of the command line."""

from __future__ import annotations

import argparse
from pathlib import Path

from whiteroom_monitoring.deploy.paths import HIGHEST_PORT


def port_number(text: str) -> int:
    """Return a port of the command line; 0 is a free one."""
    try:
        number = int(text)
    except ValueError:
        number = -1
    if not 0 <= number <= HIGHEST_PORT:
        raise argparse.ArgumentTypeError(f"{text}: expected a port, 0 to {HIGHEST_PORT}")
    return number


def folder(text: str) -> Path:
    """Return a folder of the command line that exists."""
    path = Path(text)
    if not path.is_dir():
        raise argparse.ArgumentTypeError(f"{text}: there is no such folder")
    return path

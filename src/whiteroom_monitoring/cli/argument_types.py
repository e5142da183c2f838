"""The types of arguments that several commands take; servers need no more of the command line."""

from __future__ import annotations

import argparse
import re
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


def duration_s(text: str) -> float:
    """Return the seconds of a duration such as 10m."""
    match = re.fullmatch(r"(\d+)([smhd])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text}: expected a duration such as 30s, 10m, 2h or 1d")
    return float(match[1]) * {"s": 1, "m": 60, "h": 3600, "d": 86_400}[match[2]]

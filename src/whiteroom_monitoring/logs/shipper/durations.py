"""Durations and sizes as Promtail's configuration writes them."""

from __future__ import annotations

import re

from whiteroom_monitoring.logs.logql.golang.durations import SECOND_NS, parse_any
from whiteroom_monitoring.logs.shipper.errors import StageError

_BYTES = {"": 1, "b": 1, "kb": 1000, "mb": 10**6, "kib": 1024, "mib": 2**20}


def seconds(text: str) -> float:
    """Return a duration in seconds. Raises StageError.

    >>> seconds("1m30s")
    90.0
    """
    try:
        return parse_any(text) / SECOND_NS
    except ValueError as error:
        raise StageError(f"found {text!r}, expected a duration such as 1m30s") from error


def size(text: str | int) -> int:
    """Return a size in bytes. Raises StageError.

    >>> size("8kb"), size(10)
    (8000, 10)
    """
    match = re.fullmatch(r"(\d+)\s*([A-Za-z]*)", str(text))
    if match is None or match[2].lower() not in _BYTES:
        raise StageError(f"found {text!r}, expected a size such as 8kb")
    return int(match[1]) * _BYTES[match[2].lower()]

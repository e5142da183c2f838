"""Identifiers that sort by the time at which they were made.

UUID version 7 with the sub-millisecond part in rand_a: RFC 9562, sections 5.7 and 6.2, method 3.
"""

from __future__ import annotations

import secrets
import time
import uuid

_last = 0


def new() -> uuid.UUID:
    """Return an identifier larger than every other that this process has made."""
    global _last  # noqa: PLW0603 - the clock of a process
    milliseconds, rest_ns = divmod(time.time_ns(), 1_000_000)
    ticks = max(milliseconds << 12 | rest_ns * 4096 // 1_000_000, _last + 1)
    _last = ticks
    head = ticks >> 12 << 16 | 0x7 << 12 | ticks & 0xFFF
    return uuid.UUID(int=head << 64 | 0b10 << 62 | secrets.randbits(62))

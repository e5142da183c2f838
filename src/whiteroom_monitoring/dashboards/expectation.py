"""What a panel shows while White Room is well."""

from __future__ import annotations

from enum import StrEnum


class Shows(StrEnum):
    """What a panel's queries return in a healthy system.

    ``DATA``: every query at least one value. ``ZERO``: values, and each of them is 0.
    ``EMPTY``: no value at all, because there is nothing to complain about.
    """

    DATA = "data"
    ZERO = "zero"
    EMPTY = "empty"

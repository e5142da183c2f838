"""A line on its way through a pipeline, and what tells its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from msgspec import Struct

SECOND_NS = 1_000_000_000
MILLISECOND_NS = 1_000_000


class Clock(Struct, frozen=True):
    """The latest time that a source's lines have told.

    ``unit_ns`` is the finest step that its text can tell, ``run`` how many lines in a row have told
    the same, which matters where the step is a nanosecond.
    """

    latest_ns: int = 0
    unit_ns: int = SECOND_NS
    run: int = 0


class Entry:
    """A line. ``place`` counts the lines of its source; ``origin_ns`` is when it was first seen.

    ``time_ns`` is None until a stage or a source has told it; ``unit_ns`` is the step in which it
    is told. ``extracted`` are the fields that stages share, at first the labels.
    """

    __slots__ = (
        "dropped", "extracted", "labels", "line", "meta", "origin_ns", "place", "tenant",
        "time_ns", "unit_ns",
    )  # fmt: skip

    def __init__(self, line: str, labels: Mapping[str, str], place: int, origin_ns: int) -> None:
        self.line = line
        self.labels = dict(labels)
        self.place = place
        self.origin_ns = origin_ns
        self.extracted: dict[str, Any] = dict(labels)
        self.meta: dict[str, str] = {}
        self.time_ns: int | None = None
        self.unit_ns = SECOND_NS
        self.tenant = ""
        self.dropped = ""

    def stamp_ns(self) -> int:
        """Return the nanosecond of the line: its time, and within the time's step its place.

        So equal lines of one second differ, and a line that is read again gets the same one.

        >>> entry = Entry("x", {}, 7, 0)
        >>> entry.time_ns = 5 * SECOND_NS
        >>> entry.stamp_ns()
        5000000007
        """
        if self.time_ns is None:
            return self.origin_ns // MILLISECOND_NS * MILLISECOND_NS + self.place % MILLISECOND_NS
        return self.time_ns + self.place % self.unit_ns


def text_of(value: object) -> str:
    """Return a field as a label has it.

    >>> text_of(True), text_of(1.0), text_of(None)
    ('true', '1', '')
    """
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if isinstance(value, dict | list):
        import orjson  # noqa: PLC0415 - most lines have no such field

        return orjson.dumps(value).decode()
    return str(value)

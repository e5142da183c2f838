"""What stages have in common: they take entries in order, and return those that go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from whiteroom_monitoring.logs.shipper.entry import Clock, Entry


class Context:
    """What the stages of one source share.

    ``clock`` is the latest time told. ``before`` is set by the source, for each line, to its
    position before the line; stages that hold lines back remember it. ``dropped`` counts lines by
    the reason for which a stage has left them out, ``delay_s`` how long the source is to wait.
    ``failed`` are lines that a stage could not handle, and why.
    """

    def __init__(self, clock: Clock = Clock()) -> None:  # noqa: B008 - it can't be changed
        self.clock = clock
        self.before: object = None
        self.dropped: dict[str, int] = {}
        self.failed: list[tuple[Entry, str]] = []
        self.delay_s = 0.0

    def drop(self, reason: str) -> None:
        """Count a line that goes no further."""
        self.dropped[reason] = self.dropped.get(reason, 0) + 1


class Stage(Protocol):
    """A stage of the pipeline of one source."""

    def process(self, entries: list[Entry]) -> list[Entry]:
        """Return the entries that go on."""

    def flush(self, idle_s: float | None) -> list[Entry]:
        """Return what was held back for that long; with None, all of it."""

    def held(self) -> list[object]:
        """Return the positions before the lines that are held back."""


class EachEntry:
    """A stage that does one thing with each entry, and tells whether it goes on."""

    def __init__(self, apply: Callable[[Entry], bool], context: Context) -> None:
        self._apply, self._context = apply, context

    def process(self, entries: list[Entry]) -> list[Entry]:
        """Return the entries that go on: a line that it fails on doesn't, the others do."""
        apply, out = self._apply, []
        for entry in entries:
            try:
                if apply(entry):
                    out.append(entry)
            except Exception as error:
                self._context.failed.append((entry, f"{type(error).__name__}: {error}"))
        return out

    def flush(self, idle_s: float | None) -> list[Entry]:
        """Return nothing: nothing is held back."""
        del idle_s
        return []

    def held(self) -> list[object]:
        """Return nothing: nothing is held back."""
        return []


def run(stages: Sequence[Stage], entries: list[Entry]) -> list[Entry]:
    """Return what comes out of stages."""
    for stage in stages:
        if not entries:
            break
        entries = stage.process(entries)
    return entries


def flush(stages: Sequence[Stage], idle_s: float | None) -> list[Entry]:
    """Return what stages have held back, after the stages that follow them."""
    out: list[Entry] = []
    for number, stage in enumerate(stages):
        if held := stage.flush(idle_s):
            out += run(stages[number + 1 :], held)
    return out

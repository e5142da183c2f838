"""The errors of the musicians: one base class."""

from __future__ import annotations


class MusiciansError(Exception):
    """Base of every error that this package raises on purpose; its text is meant for users."""


class UsageError(MusiciansError):
    """The command line asks for something that can't be; the exit status is 2."""


class NoAnswerError(MusiciansError):
    """A request got no response that could be read.

    ``kind`` is what the summary counts it under: ``refused`` (no connection), ``closed`` (in the
    middle), ``garbage`` (no HTTP, no JSON or too large), ``timeout``.
    """

    def __init__(self, kind: str, problem: str) -> None:
        self.kind = kind
        super().__init__(problem)

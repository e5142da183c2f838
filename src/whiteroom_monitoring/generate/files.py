"""Generated files: how they begin, how they are written and how they are compared."""

from __future__ import annotations

COMMAND = "whiteroom generate"


def head(comment: str, source: str, end: str = "") -> str:
    """Return the first line of a generated file, in the ``comment`` syntax of its language."""
    line = f"{comment} Generated from {source} by `{COMMAND}`; edit that file, not this one."
    return f"{line}{' ' + end if end else ''}\n"

"""Markdown of generated pages: tables, and cells that nothing in them can break."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

# What the first line of a generated page says. The pages of the documents are compared by
# `whiteroom generate` alone: other checks can't know the commands' parsers.
HEAD = "`whiteroom generate` writes this page"


def page(source: str, title: str, *parts: str) -> str:
    """Return a page that says what it was generated from; empty parts are left out."""
    body = "\n\n".join(part.strip("\n") for part in (f"# {title}", *parts) if part)
    return f"<!-- {HEAD} from {source}; edit that, not this page. -->\n\n{body}\n"


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table, or nothing when it has no row.

    >>> print(table(["a", "b"], [["1", "x|y"]]))
    | a | b |
    |---|---|
    | 1 | x\\|y |
    """
    lines = ["| " + " | ".join(cell(text) for text in row) + " |" for row in rows]
    if not lines:
        return ""
    return "\n".join(["| " + " | ".join(header) + " |", "|---" * len(header) + "|", *lines])


def cell(text: str) -> str:
    """Return a text as one line that ends no cell."""
    return re.sub(r"(?<!\\)\|", r"\\|", " ".join(text.split()))


def code(text: str) -> str:
    """Return a text as a code span; one with a backtick gets a longer fence.

    >>> code("a"), code("a`b"), code("")
    ('`a`', '`` a`b ``', '')
    """
    if not text:
        return ""
    text = " ".join(text.split())
    return f"`` {text} ``" if "`" in text else f"`{text}`"

"""The fenced blocks of pages: their language, and why one is not run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(
    r"(?:^ *<!-- not run: (?P<reason>[^>]+) -->\n\n?)?"
    r"^(?P<indent> *)```(?P<language>[^\n`]*)\n(?P<text>.*?)^(?P=indent)```[ \t]*$",
    re.MULTILINE | re.DOTALL,
)


@dataclass(frozen=True)
class Block:
    """A fenced block: its page, the line of its fence, its language and its text.

    ``reason`` says why it is not run; it is written before the block, as
    ``<!-- not run: reason -->``.
    """

    page: str
    line: int
    language: str
    text: str
    reason: str = ""


def blocks(page: str, text: str) -> Iterator[Block]:
    """Yield the fenced blocks of a page."""
    for match in _FENCE.finditer(text):
        indent = len(match["indent"])
        lines = [line[indent:] for line in match["text"].splitlines()]
        yield Block(
            page,
            text.count("\n", 0, match.start("language")) + 1,
            match["language"].strip(),
            "".join(f"{line}\n" for line in lines),
            (match["reason"] or "").strip(),
        )

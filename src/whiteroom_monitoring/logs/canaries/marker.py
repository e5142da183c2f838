"""What a canary says: the name of its source, and when it was written."""

from __future__ import annotations

import re
from collections.abc import Iterator

WORD = "whiteroom-canary"
# The label by which canaries are told from what users look for.
SELECTOR = '{job="canary"}'
_MARKER = re.compile(rf"{WORD}[ /](?P<source>[\w.-]+)[ /](?P<written_ns>\d{{19}})")


def text(source: str, written_ns: int) -> str:
    """Return what a canary says.

    >>> text("engine", 1764573000000000001)
    'whiteroom-canary engine 1764573000000000001'
    """
    return f"{WORD} {source} {written_ns}"


def find(lines: Iterator[str]) -> Iterator[tuple[str, int]]:
    """Yield source and time of each line that is a canary.

    >>> list(find(iter(["GET /whiteroom-canary/nginx/1764573000000000001", "another line"])))
    [('nginx', 1764573000000000001)]
    """
    for line in lines:
        if match := _MARKER.search(line):
            yield match["source"], int(match["written_ns"])

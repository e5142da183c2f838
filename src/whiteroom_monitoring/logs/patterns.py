"""Patterns of lines: what lines have in common, with ``<_>`` for what changes.

The idea is Drain's (He et al., "Drain: An Online Log Parsing Approach", 2017): words with digits
change, and lines of equally many words whose words are mostly the same are of one pattern. Equal
lines are put together first, so that a line costs little more than reading it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

CHANGING = b"<_>"
# A part of a word with a digit in it changes from line to line; so do quoted values of a key.
_CHANGING = re.compile(rb"[A-Za-z_-]*[0-9][0-9A-Za-z_.:+%-]*")
_TOKEN = re.compile(rb"\s+|[^\s=:,;()\[\]{}\"'|]+|.", re.DOTALL)
_REPEATED = re.compile(rb"<_>(?:[-.:/_]?<_>)+")
# Of the words of a line, so many have to be those of its pattern.
SIMILARITY = 0.6
MOST_PATTERNS = 300
MOST_TOKENS = 200
# Of lines that differ even without what changes, so many are remembered; others are not counted.
MOST_LINES = 100_000
MOST_BYTES = 32 * 1024 * 1024
Counts = dict[int, int]


@dataclass
class Cluster:
    """Lines of one pattern, counted by time."""

    tokens: list[bytes]
    counts: Counts = field(default_factory=dict)

    def similarity(self, tokens: list[bytes]) -> float:
        """Return how many of the tokens are the same, of all."""
        same = sum(map(bytes.__eq__, self.tokens, tokens))
        return same / len(tokens)

    def take(self, tokens: list[bytes], counts: Counts) -> None:
        """Add lines, and let change what is not the same in them."""
        self.tokens = [
            own if own == other else CHANGING
            for own, other in zip(self.tokens, tokens, strict=True)
        ]
        for time, count in counts.items():
            self.counts[time] = self.counts.get(time, 0) + count

    @property
    def pattern(self) -> str:
        """The pattern, as a line filter |> takes it."""
        text = _REPEATED.sub(CHANGING, b"".join(self.tokens))
        return text.decode(errors="replace")


def masked(line: bytes) -> bytes:
    """Return a line with its changing words replaced.

    >>> masked(b"GET /x/17 took 5ms")
    b'GET /x/<_> took <_>'
    """
    return _CHANGING.sub(CHANGING, line)


class Patterns:
    """Collects lines."""

    def __init__(self) -> None:
        self._lines: dict[bytes, Counts] = {}
        self._bytes = 0

    def add(self, time: int, lines: Iterable[bytes]) -> None:
        """Take lines of a time."""
        known = self._lines
        for line in lines:
            text = masked(line)
            counts = known.get(text)
            if counts is None:
                if len(known) >= MOST_LINES or self._bytes >= MOST_BYTES:
                    continue
                self._bytes += len(text)
                counts = known[text] = {}
            counts[time] = counts.get(time, 0) + 1

    def clusters(self, check: Callable[[], None] = lambda: None) -> list[Cluster]:
        """Return the patterns, that of most lines first; ``check`` raises to end the search."""
        by_size: dict[tuple[int, bytes], list[Cluster]] = {}
        total = 0
        ranked = sorted(self._lines.items(), key=lambda item: (-sum(item[1].values()), item[0]))
        for text, counts in ranked:
            check()
            tokens = _TOKEN.findall(text)[:MOST_TOKENS]
            if not tokens:
                continue
            group = by_size.setdefault((len(tokens), tokens[0]), [])
            best = max(group, key=lambda cluster: cluster.similarity(tokens), default=None)
            if best is None or best.similarity(tokens) < SIMILARITY:
                if total >= MOST_PATTERNS:
                    continue
                best = Cluster(tokens)
                group.append(best)
                total += 1
            best.take(tokens, counts)
        clusters = [cluster for group in by_size.values() for cluster in group]
        return sorted(
            clusters, key=lambda cluster: (-sum(cluster.counts.values()), cluster.pattern)
        )

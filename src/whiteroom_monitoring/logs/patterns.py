"""Patterns of lines: what lines have in common, with ``<_>`` for what changes.

The idea is Drain's (He et al., "Drain: An Online Log Parsing Approach", 2017): words with digits
change, and lines of equally many words whose words are mostly the same are of one pattern. What
changes is left out natively, and lines that are equal then are put together, so that a line costs
little more than reading it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.limits import SECOND_NS
from whiteroom_monitoring.logs.metadata import DETECTED_LEVEL, LEVELS, decode

CHANGING = b"<_>"
_TOKEN = re.compile(rb"\s+|[^\s=:,;()\[\]{}\"'|]+|.", re.DOTALL)
_REPEATED = re.compile(rb"<_>(?:[-.:/_]?<_>)+")
# Of the words of a line, so many have to be those of its pattern.
SIMILARITY = 0.6
MOST_PATTERNS = 300
MOST_TOKENS = 200
# Of lines that differ even without what changes, so many of each level are remembered; others are
# not counted.
MOST_LINES = 25_000
MOST_BYTES = 8 * 1024 * 1024
UNKNOWN = LEVELS[1]
Counts = dict[int, int]


@dataclass
class Cluster:
    """Lines of one level and pattern, counted by the seconds at which their steps begin."""

    level: str
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


class Patterns:
    """Collects lines, each with its level, counted by steps of time."""

    def __init__(self, step_ns: int = SECOND_NS) -> None:
        self._step_ns = step_ns
        self._masks: dict[str, _native.Masks] = {}

    def add(self, time_ns: int, line: bytes, level: str = UNKNOWN) -> None:
        """Take a line."""
        self._of_level(level).add(time_ns, line, self._step_ns)

    def add_rows(self, rows: _native.Rows, numbers: Sequence[int]) -> None:
        """Take lines as they are stored."""
        by_level: dict[str, list[int]] = {}
        for meta, number, members in rows.by_metadata(numbers):
            level = LEVELS[number]
            if not level and DETECTED_LEVEL.encode() in meta:
                level = dict(decode(meta)).get(DETECTED_LEVEL, "")
            by_level.setdefault(level, []).extend(members)
        for level, members in by_level.items():
            self._of_level(level).add_rows(rows, members, self._step_ns)

    def _of_level(self, level: str) -> _native.Masks:
        """Return the lines of a level; one that Loki doesn't know is none."""
        name = level.lower()
        name = name if name in LEVELS[2:] else UNKNOWN
        masks = self._masks.get(name)
        if masks is None:
            masks = self._masks[name] = _native.Masks(MOST_LINES, MOST_BYTES)
        return masks

    def clusters(self, check: Callable[[], None] = lambda: None) -> list[Cluster]:
        """Return the patterns, that of most lines first; ``check`` raises to end the search."""
        groups: dict[tuple[str, int, bytes], list[Cluster]] = {}
        total = 0
        lines = [(level, *line) for level, masks in self._masks.items() for line in masks.lines()]
        for level, text, by_step in sorted(lines, key=lambda one: (-sum(one[2].values()), one[:2])):
            counts: Counts = Counter()
            for step, count in by_step.items():
                counts[step // SECOND_NS] += count
            check()
            tokens = _TOKEN.findall(text)[:MOST_TOKENS]
            if not tokens:
                continue
            group = groups.setdefault((level, len(tokens), tokens[0]), [])
            best = max(group, key=lambda cluster: cluster.similarity(tokens), default=None)
            if best is None or best.similarity(tokens) < SIMILARITY:
                if total >= MOST_PATTERNS:
                    continue
                best = Cluster(level, tokens)
                group.append(best)
                total += 1
            best.take(tokens, counts)
        clusters = [cluster for group in groups.values() for cluster in group]
        return sorted(
            clusters,
            key=lambda cluster: (-sum(cluster.counts.values()), cluster.pattern, cluster.level),
        )

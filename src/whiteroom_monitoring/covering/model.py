"""The table of what covers what: immutable values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """While an alert of ``by`` fires, those of ``covers`` say nothing that it does not explain.

    ``by_labels`` are labels of the alerts in ``by``. ``covers_labels`` narrow what is covered: a
    label of the rule, such as its priority, chooses rules, and any other one chooses series.
    ``same_service`` is whether only alerts of the covering one's service are covered.
    """

    by: tuple[str, ...]
    covers: tuple[str, ...]
    same_service: bool
    because: str
    by_labels: Mapping[str, str] = field(default_factory=dict)
    covers_labels: Mapping[str, str] = field(default_factory=dict)

    def covers_rule(self, name: str, labels: Mapping[str, str]) -> bool:
        """Return whether the alert ``name`` with the rule's own ``labels`` may be covered."""
        fixed = self.covers_labels.items()
        return name in self.covers and all(labels.get(key, value) == value for key, value in fixed)


@dataclass(frozen=True)
class Pair:
    """One alert that covers another."""

    by: str
    covered: str
    entry: Entry


@dataclass(frozen=True)
class Covering:
    """The whole table."""

    entries: tuple[Entry, ...]

    def of(self, name: str, labels: Mapping[str, str]) -> list[Entry]:
        """Return what covers the alert ``name`` whose rule has ``labels``."""
        return [entry for entry in self.entries if entry.covers_rule(name, labels)]

    def pairs(self) -> Iterator[Pair]:
        """Yield every alert that covers with every one that it covers."""
        for entry in self.entries:
            for by in entry.by:
                for covered in entry.covers:
                    yield Pair(by, covered, entry)


NONE = Covering(())

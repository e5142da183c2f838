"""Changes of series between two readings of the metrics, and their text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from whiteroom_monitoring.client import _native

Labels = tuple[tuple[str, str], ...]
Key = tuple[str, Labels]
# By name and labels: the metric's type and the values, as families.Series has them.
State = dict[Key, tuple[str, tuple[float, ...]]]


@dataclass(frozen=True)
class Change:
    """One series before and after; no values mean that it had none."""

    type: str
    name: str
    labels: Labels
    before: tuple[float, ...]
    after: tuple[float, ...]

    @classmethod
    def of(cls, kind: str, key: Key, before: State, after: State) -> Change:
        """Return what became of one series."""
        nothing: tuple[str, tuple[float, ...]] = (kind, ())
        return cls(kind, *key, before.get(key, nothing)[1], after.get(key, nothing)[1])

    @property
    def key(self) -> Key:
        """The name and the labels."""
        return self.name, self.labels

    @property
    def series(self) -> str:
        """The series as PromQL writes it."""
        labels = ",".join(f'{name}="{value}"' for name, value in self.labels)
        return f"{self.name}{{{labels}}}" if labels else self.name

    def difference(self, place: int) -> float:
        """Return by how much a value has risen; what was not there was 0."""
        return _at(self.after, place) - _at(self.before, place)

    def observations(self) -> float:
        """Return how many observations a histogram or summary has more."""
        places = 1 if self.type == "summary" else max(len(self.after), len(self.before)) - 1
        return sum(self.difference(place) for place in range(places))

    def __str__(self) -> str:
        if self.before == self.after:
            return f"no change{self._value()}"
        if self.type in ("histogram", "summary"):
            count, total = self.observations(), self.difference(-1)
            return f"{_signed(count)} observations, their sum {_signed(total)}"
        if self.type == "counter":
            return _signed(self.difference(0))
        if self.type == "info":
            return "is stated" if self.after else "is not stated any more"
        return f"{_text(self.before)} -> {_text(self.after)}"

    def _value(self) -> str:
        """Return the value of what has one that tells something."""
        return f" ({_text(self.after)})" if self.type == "gauge" else ""


def changes_between(before: State, after: State) -> list[Change]:
    """Return every series that differs, by name and labels.

    >>> key = ("songs_created_total", ())
    >>> [change] = changes_between({}, {key: ("counter", (2,))})
    >>> f"{change.series} {change}"
    'songs_created_total +2'
    """
    changes = []
    for key in sorted({**before, **after}):
        kind = (after.get(key) or before[key])[0]
        change = Change.of(kind, key, before, after)
        untouched = not change.before and kind != "gauge" and not any(change.after)
        if change.before != change.after and not untouched:
            changes.append(change)
    return changes


def _at(values: Sequence[float], place: int) -> float:
    return values[place] if values else 0


def _signed(value: float) -> str:
    return ("+" if value >= 0 else "") + _native.double_text(float(value))


def _text(values: Sequence[float]) -> str:
    return _native.double_text(float(values[0])) if values else "not set"

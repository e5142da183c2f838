"""The metrics that pipelines keep, as text of Prometheus' exposition."""

from __future__ import annotations

import bisect
import threading
import time
from collections.abc import Mapping

from msgspec import UNSET

from whiteroom_monitoring.logs.shipper import durations
from whiteroom_monitoring.logs.shipper.config import MetricConfig, MetricDefinition
from whiteroom_monitoring.logs.shipper.entry import Entry, text_of
from whiteroom_monitoring.logs.shipper.errors import StageError
from whiteroom_monitoring.logs.shipper.stages.parsing import Apply
from whiteroom_monitoring.logs.shipper.stages.stage import Context

MAX_SERIES = 1000
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


class _Series:
    def __init__(self, buckets: int) -> None:
        self.changed = 0.0
        self.value = 0.0
        self.counts = [0] * (buckets + 1)


class Family:
    """One metric, by labels. What is beyond MAX_SERIES is counted in none."""

    def __init__(self, name: str, definition: MetricDefinition) -> None:
        self.name, self.kind = name, definition.type.lower()
        self.help = definition.description
        idle = definition.max_idle_duration
        self._idle_s = durations.seconds(idle) if idle else None
        self.buckets = tuple(sorted(definition.config.buckets)) or _BUCKETS
        self.series: dict[tuple[tuple[str, str], ...], _Series] = {}

    def change(self, labels: Mapping[str, str], action: str, amount: float) -> None:
        """Do what an action says."""
        key = tuple(sorted(labels.items()))
        series = self.series.get(key)
        if series is None:
            if len(self.series) >= MAX_SERIES:
                return
            series = self.series[key] = _Series(len(self.buckets))
        series.changed = time.monotonic()
        if self.kind == "histogram":
            series.value += amount
            series.counts[bisect.bisect_left(self.buckets, amount)] += 1
        elif action == "set":
            series.value = amount
        else:
            series.value += -amount if action in ("dec", "sub") else amount

    def _end_idle(self) -> None:
        for key, series in list(self.series.items()):
            if self._idle_s is not None and time.monotonic() - series.changed > self._idle_s:
                self.series.pop(key, None)

    def lines(self, open_metrics: bool) -> list[str]:
        """Return the family as text, in one of the two formats."""
        self._end_idle()
        name, kind = self.name, self.kind
        if open_metrics and kind == "counter":
            # There, a counter's samples end in _total; what doesn't keeps its name, not its type.
            kind = "counter" if name.endswith("_total") else "unknown"
            name = name.removesuffix("_total")
        out = [f"# HELP {name} {_escaped(self.help)}", f"# TYPE {name} {kind}"]
        for key, series in list(self.series.items()):
            if self.kind != "histogram":
                out.append(f"{self.name}{_shown(key)} {_number(series.value)}")
                continue
            total = 0
            for bound, count in zip((*self.buckets, "+Inf"), series.counts, strict=True):
                total += count
                out.append(f"{self.name}_bucket{_shown((*key, ('le', str(bound))))} {total}")
            out.append(f"{self.name}_sum{_shown(key)} {_number(series.value)}")
            out.append(f"{self.name}_count{_shown(key)} {total}")
        return out


class CustomMetrics:
    """The metrics of all pipelines, by name."""

    def __init__(self) -> None:
        self._families: dict[str, Family] = {}
        self._lock = threading.Lock()

    def family(self, name: str, definition: MetricDefinition) -> Family:
        """Return the family of a name. Raises StageError where it is of another type."""
        full = definition.prefix + name
        family = self._families.setdefault(full, Family(full, definition))
        if family.kind != definition.type.lower():
            raise StageError(f"metrics: {name} is {family.kind} elsewhere")
        return family

    def exposition(self, open_metrics: bool = False) -> bytes:
        """Return all as text, without an end, in Prometheus' or in OpenMetrics' format."""
        families = list(self._families.values())
        lines = [line for family in families for line in family.lines(open_metrics)]
        return "".join(f"{line}\n" for line in lines).encode()


def metrics(
    definitions: Mapping[str, MetricDefinition], registry: CustomMetrics, context: Context
) -> Apply:
    """Count lines, or what a field of theirs says."""
    del context
    made = [
        (registry.family(name, d), d.source or name, d.config, _action(d))
        for name, d in definitions.items()
    ]

    def apply(entry: Entry) -> bool:
        for family, source, config, action in made:
            amount = _amount(entry, source, config, action)
            if amount is not None:
                family.change(entry.labels, action, amount)
        return True

    return apply


def _action(definition: MetricDefinition) -> str:
    action = definition.config.action
    return "inc" if action is UNSET else str(action)


def _amount(entry: Entry, source: str, config: MetricConfig, action: str) -> float | None:
    if config.count_entry_bytes:
        return float(len(entry.line.encode()))
    if config.match_all and action == "inc":
        return 1.0
    value = entry.extracted.get(source)
    if value is None or (config.value is not None and text_of(value) != config.value):
        return None
    if action in ("inc", "dec") and not config.buckets:
        return 1.0
    try:
        return float(text_of(value))
    except ValueError:
        return None


def _number(value: float) -> str:
    """Return a value as text that loses nothing of it.

    >>> _number(12345678.0), _number(0.1)
    ('12345678', '0.1')
    """
    return str(int(value)) if value.is_integer() else repr(value)


def _shown(key: tuple[tuple[str, str], ...]) -> str:
    if not key:
        return ""
    pairs = (f'{n}="{_escaped(v)}"' for n, v in key)
    return "{" + ",".join(pairs) + "}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")

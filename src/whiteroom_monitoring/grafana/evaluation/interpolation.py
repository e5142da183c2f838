"""Puts the values of variables and Grafana's macros into queries, titles and links."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import quote

from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.grid import Grid, duration

_REFERENCE = re.compile(r"\$\{(\w+)(?::(\w+))?\}|\[\[(\w+)(?::(\w+))?\]\]|\$(\w+)")
_SPECIAL = re.compile(r"[.*+?^${}()|\[\]\\]")
# How often a target is scraped when nothing else is known, as Grafana assumes it.
SCRAPE_INTERVAL_S = 15.0


@dataclass(frozen=True)
class Value:
    """The chosen values of a variable. ``several`` tells whether it may have more than one.

    ``raw`` is what stands for "All", and is not escaped; ``text`` is what people read.
    """

    values: tuple[str, ...]
    text: str = ""
    several: bool = False
    raw: str | None = None


@dataclass(frozen=True)
class Scope:
    """What names stand for: variables, and macros of one time range."""

    variables: Mapping[str, Value] = field(default_factory=dict)
    macros: Mapping[str, str] = field(default_factory=dict)

    def with_value(self, name: str, value: str) -> Scope:
        """Return this scope with one variable set to one value, as a repeated panel has it."""
        chosen = Value((value,), value, several=True)
        return Scope({**self.variables, name: chosen}, self.macros)

    def with_variable(self, name: str, value: Value) -> Scope:
        """Return this scope with one variable more."""
        return Scope({**self.variables, name: value}, self.macros)

    def with_macros(self, macros: Mapping[str, str]) -> Scope:
        """Return this scope with macros."""
        return Scope(self.variables, {**self.macros, **macros})

    def query(self, text: str) -> str:
        """Return a query of Prometheus with every name replaced. Raises UnsupportedError."""
        return self._replaced(text, _for_prometheus)

    def text(self, text: str) -> str:
        """Return a text for people, or a link. Raises UnsupportedError."""
        return self._replaced(text, _for_people)

    def tolerant_text(self, text: str) -> str:
        """Return a text for people; what is unknown in it stays as it is written."""
        return self._replaced(text, _for_people, tolerant=True)

    def _replaced(
        self, text: str, default: Callable[[Value], str], *, tolerant: bool = False
    ) -> str:
        def replacement(reference: re.Match[str]) -> str:
            name = reference[1] or reference[3] or reference[5]
            try:
                return self._value(name, reference[2] or reference[4], reference[0], default)
            except UnsupportedError:
                if tolerant:
                    return reference[0]
                raise

        return _REFERENCE.sub(replacement, text)

    def _value(
        self, name: str, style: str | None, written: str, default: Callable[[Value], str]
    ) -> str:
        if name in self.macros:
            return self.macros[name]
        if name in self.variables:
            value = self.variables[name]
            return _styled(value, style) if style else default(value)
        if name.startswith("__"):
            raise UnsupportedError(f"the macro ${name}")
        return written


def macros(time_range: TimeRange, grid: Grid, scrape_interval_s: float) -> dict[str, str]:
    """Return Grafana's macros for a range that is looked at on ``grid``."""
    step, whole = grid.step, max(1, round(time_range.seconds))
    rate = max(step + scrape_interval_s, 4 * scrape_interval_s)
    return {
        "__interval": duration(step),
        "__interval_ms": f"{step * 1000:.0f}",
        "__rate_interval": duration(rate),
        "__rate_interval_ms": f"{rate * 1000:.0f}",
        "__range": f"{whole}s",
        "__range_s": str(whole),
        "__range_ms": str(whole * 1000),
        "__from": f"{time_range.start * 1000:.0f}",
        "__to": f"{time_range.end * 1000:.0f}",
    }


MACROS = tuple(macros(TimeRange(0, 60), Grid(0, 15, 4), SCRAPE_INTERVAL_S))


def _for_people(value: Value) -> str:
    return value.text or ", ".join(value.values)


def _for_prometheus(value: Value) -> str:
    if value.raw is not None:
        return value.raw
    if not value.several:
        return value.values[0].replace("\\", "\\\\").replace('"', '\\"') if value.values else ""
    # Within a string of PromQL, a backslash is written as two.
    return _regex(value, backslash="\\\\")


def _regex(value: Value, backslash: str = "\\") -> str:
    """Return a regular expression that matches the values and nothing else."""

    def escape(match: re.Match[str]) -> str:
        return backslash + (backslash if match[0] == "\\" else match[0])

    parts = [_SPECIAL.sub(escape, part) for part in value.values]
    return parts[0] if len(parts) == 1 else f"({'|'.join(parts)})"


STYLES: Mapping[str, Callable[[Value], str]] = {
    "raw": lambda value: ",".join(value.values),
    "csv": lambda value: ",".join(value.values),
    "pipe": lambda value: "|".join(value.values),
    "regex": _regex,
    "text": _for_people,
    "json": lambda value: json.dumps(list(value.values)),
    "doublequote": lambda value: ",".join(json.dumps(one) for one in value.values),
    "percentencode": lambda value: quote(",".join(value.values), safe=""),
}


def _styled(value: Value, style: str) -> str:
    if style not in STYLES:
        raise UnsupportedError(f"the format :{style} of a variable")
    if value.raw is not None and style in ("raw", "regex", "pipe", "csv"):
        return value.raw
    return STYLES[style](value)

"""Puts the values of variables and Grafana's macros into queries, titles and links."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from urllib.parse import quote

from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.grid import Grid, duration

_REFERENCE = re.compile(r"\$\{(\w+)(?:\.[^:{}]+)?(?::([^{}]+))?\}|\[\[(\w+)(?::(\w+))?\]\]|\$(\w+)")
_SPECIAL = re.compile(r"[.*+?^${}()|\[\]\\]")
# A string of PromQL or LogQL, which lasts to the end when it is not closed, or a comment.
_STRING = re.compile(r"""(["'])(?:[^\\]|\\.)*?(?:\1|\Z)|(`)[^`]*(?:`|\Z)|\#[^\r\n]*""", re.DOTALL)
# What may stand outside of strings: names, numbers and durations, so nothing that means anything.
_WORD = re.compile(r"[A-Za-z0-9_:.]*")
# How often a target is scraped when nothing else is known, as Grafana assumes it.
SCRAPE_INTERVAL_S = 15.0
_MAX_SHOWN = 60


@dataclass(frozen=True)
class Value:
    """The chosen values of a variable. ``several`` tells whether it may have more than one.

    ``raw`` is what stands for "All", and is not escaped; ``text`` is what people read. What is
    ``authored`` was written by the author of the dashboard; everything else may be a stranger's.
    """

    values: tuple[str, ...]
    text: str = ""
    several: bool = False
    raw: str | None = None
    authored: bool = False
    is_all: bool = False

    @property
    def first(self) -> str:
        """The first value, or nothing."""
        return self.values[0] if self.values else ""


# Returns how a value is written: with a style, at a place of the text.
_Write = Callable[[Value, str | None, int], str]


@dataclass(frozen=True)
class Scope:
    """What names stand for: variables, and macros of one time range.

    ``filters`` are matchers of every query of Prometheus.
    """

    variables: Mapping[str, Value] = field(default_factory=dict)
    macros: Mapping[str, str] = field(default_factory=dict)
    filters: tuple[str, ...] = ()

    def with_value(self, name: str, value: str) -> Scope:
        """Return this scope with one variable set to one value, as a repeated panel has it."""
        authored = name in self.variables and self.variables[name].authored
        chosen = Value((value,), value, several=True, authored=authored)
        return replace(self, variables={**self.variables, name: chosen})

    def with_variable(self, name: str, value: Value) -> Scope:
        """Return this scope with one variable more."""
        return replace(self, variables={**self.variables, name: value})

    def without(self, names: Collection[str]) -> Scope:
        """Return this scope without the variables of some names."""
        variables = {name: value for name, value in self.variables.items() if name not in names}
        return replace(self, variables=variables)

    def with_macros(self, macros: Mapping[str, str]) -> Scope:
        """Return this scope with macros."""
        return replace(self, macros={**self.macros, **macros})

    def query(self, text: str) -> str:
        """Return a query with every name replaced. Raises UnsupportedError and RequestError.

        A value can't end the string that it stands in; outside of strings it may be a word only.
        """
        quotes = _quotes(text)

        def written(value: Value, style: str | None, place: int) -> str:
            return _in_query(value, style, quotes.get(place, ""))

        return self._replaced(text, written)

    def text(self, text: str) -> str:
        """Return a text for people, or a link. Raises UnsupportedError."""
        return self._replaced(text, _for_people)

    def tolerant_text(self, text: str) -> str:
        """Return a text for people; what is unknown in it stays as it is written."""
        return self._replaced(text, _for_people, tolerant=True)

    def _replaced(self, text: str, write: _Write, *, tolerant: bool = False) -> str:
        def replacement(reference: re.Match[str]) -> str:
            try:
                return self._value(reference, write)
            except UnsupportedError:
                if tolerant:
                    return reference[0]
                raise

        return _REFERENCE.sub(replacement, text)

    def _value(self, reference: re.Match[str], write: _Write) -> str:
        name = reference[1] or reference[3] or reference[5]
        style = reference[2] or reference[4]
        if name in self.macros:
            is_date = name in _MOMENTS and style is not None
            return _date(self.macros[name], style) if is_date else self.macros[name]
        if name in self.variables:
            if style == "queryparam":
                return _query_parameters(name, self.variables[name])
            return write(self.variables[name], style, reference.start())
        if name == "__all_variables":
            pairs = (_query_parameters(n, v) for n, v in self.variables.items())
            return "&".join(pair for pair in pairs if pair)
        if name.startswith("__"):
            raise UnsupportedError(f"the macro ${name}")
        return reference[0]


def references(text: str) -> set[str]:
    """Return the names that a text refers to.

    >>> sorted(references("up{job=~'$job'}[${range:raw}]"))
    ['job', 'range']
    """
    return {match[1] or match[3] or match[5] for match in _REFERENCE.finditer(text)}


def macros(time_range: TimeRange, grid: Grid, scrape_interval_s: float) -> dict[str, str]:
    """Return Grafana's macros for a range that is looked at on ``grid``."""
    step, seconds = grid.step, max(1, round(time_range.seconds))
    rate = max(step + scrape_interval_s, 4 * scrape_interval_s)
    return {
        "__interval": duration(step),
        "__interval_ms": f"{step * 1000:.0f}",
        "__rate_interval": duration(rate),
        "__rate_interval_ms": f"{rate * 1000:.0f}",
        "__range": f"{seconds}s",
        "__range_s": str(seconds),
        "__range_ms": str(seconds * 1000),
        "__from": f"{time_range.start * 1000:.0f}",
        "__to": f"{time_range.end * 1000:.0f}",
        "__url_time_range": f"from={time_range.start * 1000:.0f}&to={time_range.end * 1000:.0f}",
        "__timezone": "UTC",
        "__auto": duration(step),
    }


MACROS = tuple(macros(TimeRange(0, 60), Grid(0, 15, 4), SCRAPE_INTERVAL_S))


# Macros that are moments, which may be written as dates.
_MOMENTS = ("__from", "__to")
_DATE_PARTS = {
    "YYYY": "%Y",
    "YY": "%y",
    "MMMM": "%B",
    "MMM": "%b",
    "MM": "%m",
    "DD": "%d",
    "HH": "%H",
    "hh": "%I",
    "mm": "%M",
    "ss": "%S",
    "A": "%p",
    "a": "%p",
    "dddd": "%A",
    "ddd": "%a",
}
_DATE_PART = re.compile("|".join(sorted(_DATE_PARTS, key=len, reverse=True)))


def _date(ms: str, style: str) -> str:
    """Return a moment as ``date``, ``date:iso``, ``date:seconds`` or ``date:YYYY-MM`` writes it."""
    kind, _, form = style.partition(":")
    if kind != "date":
        return ms
    moment = datetime.fromtimestamp(int(ms) / 1000, UTC)
    if form == "seconds":
        return str(int(ms) // 1000)
    if form in ("", "iso"):
        return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return moment.strftime(_DATE_PART.sub(lambda part: _DATE_PARTS[part[0]], form))


def _query_parameters(name: str, value: Value) -> str:
    values = ("$__all",) if value.is_all else value.values
    return "&".join(f"var-{name}={quote(text, safe='')}" for text in values)


def _quotes(text: str) -> dict[int, str]:
    """Return the quote of the string that each reference of ``text`` stands in, by its place."""
    strings = [(string.span(), string[1] or string[2] or "") for string in _STRING.finditer(text)]
    return {
        reference.start(): quote
        for reference in _REFERENCE.finditer(text)
        for (start, end), quote in strings
        if start < reference.start() < end
    }


def _in_query(value: Value, style: str | None, quote: str) -> str:
    """Return the value as it stands in a query, in a string of ``quote`` or outside of strings."""
    if value.raw is not None and (style is None or style in _UNQUOTED_STYLES):
        return value.raw
    rendered = _styled(value, style) if style else _regex(value) if value.several else value.first
    if not quote:
        if not (value.authored or style in _QUOTING_STYLES or _is_word(value, style)):
            excerpt = ", ".join(value.values)[:_MAX_SHOWN]
            raise RequestError(f"found {excerpt!r}, which is no name, number or duration")
        return rendered
    if quote == "`":
        # Nothing is escaped there.
        if quote in rendered:
            raise RequestError(f"found a ` in {rendered[:_MAX_SHOWN]!r}, within a string of them")
        return rendered
    return _escaped(rendered, quote)


def _escaped(text: str, quote: str) -> str:
    text = text.replace("\\", "\\\\").replace(quote, "\\" + quote)
    return text.replace("\n", "\\n").replace("\r", "\\r")


def _is_word(value: Value, style: str | None) -> bool:
    texts = value.text.split(", ") if style == "text" else value.values
    return all(_WORD.fullmatch(text) for text in texts)


def _for_people(value: Value, style: str | None = None, place: int = 0) -> str:
    return _styled(value, style) if style else value.text or ", ".join(value.values)


def _regex(value: Value) -> str:
    """Return a regular expression that matches the values and nothing else."""
    parts = [_SPECIAL.sub(r"\\\g<0>", part) for part in value.values]
    return parts[0] if len(parts) == 1 else f"({'|'.join(parts)})"


_LUCENE = re.compile(r'[!*+\-=<>\s&|()\[\]{}^~?:\\/"]')


def _single_quoted(text: str) -> str:
    return "'" + _escaped(text, "'") + "'"


def _of_several(texts: Sequence[str], start: str, between: str, end: str) -> str:
    return texts[0] if len(texts) == 1 else start + between.join(texts) + end


def _lucene(text: str) -> str:
    return '"' + _LUCENE.sub(r"\\\g<0>", text) + '"'


STYLES: Mapping[str, Callable[[Value], str]] = {
    "raw": lambda value: ",".join(value.values),
    "csv": lambda value: ",".join(value.values),
    "pipe": lambda value: "|".join(value.values),
    "regex": _regex,
    "text": _for_people,
    "json": lambda value: json.dumps(list(value.values)),
    "doublequote": lambda value: ",".join(json.dumps(one) for one in value.values),
    "percentencode": lambda value: quote(",".join(value.values), safe=""),
    "singlequote": lambda value: ",".join(_single_quoted(one) for one in value.values),
    "sqlstring": lambda value: ",".join("'" + one.replace("'", "''") + "'" for one in value.values),
    "glob": lambda value: _of_several(value.values, "{", ",", "}"),
    "distributed": lambda value: ",".join(value.values),
    "lucene": lambda value: _of_several([_lucene(one) for one in value.values], "(", " OR ", ")"),
    "queryparam": lambda value: "&".join(quote(one, safe="") for one in value.values),
}
# What stands for "All" is put in as its author wrote it.
_UNQUOTED_STYLES = ("raw", "regex", "pipe", "csv")
# These write strings themselves, as PromQL reads them: SQL's have no escapes.
_QUOTING_STYLES = ("json", "doublequote", "singlequote")


def _styled(value: Value, style: str) -> str:
    if style not in STYLES:
        raise UnsupportedError(f"the format :{style} of a variable")
    if value.raw is not None and style in _UNQUOTED_STYLES:
        return value.raw
    return STYLES[style](value)

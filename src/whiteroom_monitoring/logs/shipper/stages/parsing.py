"""Stages that read fields from a line: json, logfmt, regex, timestamp."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import orjson

from whiteroom_monitoring.logs.shipper import go_time
from whiteroom_monitoring.logs.shipper.config import (
    JsonStage,
    LogfmtStage,
    RegexStage,
    TimestampStage,
)
from whiteroom_monitoring.logs.shipper.entry import Clock, Entry, text_of
from whiteroom_monitoring.logs.shipper.errors import StageError
from whiteroom_monitoring.logs.shipper.expressions import compiled
from whiteroom_monitoring.logs.shipper.stages.stage import Context

Apply = Callable[[Entry], bool]
_LOGFMT = re.compile(r'([^\s="]+)(?:=("(?:[^"\\]|\\.)*"|[^\s"]*))?')
_PLAIN = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def source_of(entry: Entry, source: str) -> str | None:
    """Return the field that a stage reads, or the line; None where there is no such field."""
    if not source:
        return entry.line
    value = entry.extracted.get(source)
    return None if value is None else text_of(value)


def json(stage: JsonStage, context: Context) -> Apply:
    """Read fields of an object by JMESPath."""
    plain = {n: e or n for n, e in stage.expressions.items() if _PLAIN.fullmatch(e or n)}
    others = {n: _jmespath(e) for n, e in stage.expressions.items() if n not in plain and e}

    def apply(entry: Entry) -> bool:
        text = source_of(entry, stage.source)
        try:
            data = orjson.loads(text) if text is not None else None
        except orjson.JSONDecodeError:
            if stage.drop_malformed:
                context.drop("json_malformed")
            return not stage.drop_malformed
        if isinstance(data, dict):
            for name, key in plain.items():
                if (value := data.get(key)) is not None:
                    entry.extracted[name] = value
        for name, search in others.items():
            if (value := search(data)) is not None:
                entry.extracted[name] = value
        return True

    return apply


def _jmespath(expression: str) -> Callable[[object], object]:
    import jmespath  # noqa: PLC0415 - most configurations name keys alone

    try:
        search = jmespath.compile(expression).search
    except jmespath.exceptions.JMESPathError as error:
        text = str(error).splitlines()[0]
        raise StageError(f"json: {expression!r} is no expression of JMESPath: {text}") from error

    def field(data: object) -> object:
        try:
            return search(data)
        except jmespath.exceptions.JMESPathError:
            # As of a function that is given another type than it takes.
            return None

    return field


def logfmt(stage: LogfmtStage, context: Context) -> Apply:
    """Read keys and values."""
    del context
    names: dict[str, list[str]] = {}
    for name, key in stage.mapping.items():
        names.setdefault(key or name, []).append(name)

    def apply(entry: Entry) -> bool:
        for key, value in _LOGFMT.findall(source_of(entry, stage.source) or ""):
            for name in names.get(key, ()):
                is_quoted = value.startswith('"')
                entry.extracted[name] = _unquoted(value) if is_quoted else value
        return True

    return apply


def _unquoted(text: str) -> str:
    try:
        return str(orjson.loads(text))
    except orjson.JSONDecodeError:
        return text[1:-1]


def regex(stage: RegexStage, context: Context) -> Apply:
    """Read the named groups of an expression."""
    del context
    expression = compiled(stage.expression)
    names: Mapping[str, int] = expression.groupindex
    if not names:
        raise StageError(f"regex: {stage.expression!r} has no named group")
    groups = tuple(names.items())

    def apply(entry: Entry) -> bool:
        text = source_of(entry, stage.source)
        match = expression.search(text) if text is not None else None
        if match is not None:
            for name, number in groups:
                entry.extracted[name] = match.group(number) or ""
        return True

    return apply


def timestamp(stage: TimestampStage, context: Context) -> Apply:
    """Tell when a line was written, or take the latest time of the source for it."""
    parsers = [
        go_time.parser(layout, stage.location) for layout in (stage.format, *stage.fallback_formats)
    ]

    def apply(entry: Entry) -> bool:
        value = entry.extracted.get(stage.source)
        text = None if value is None else text_of(value)
        for parser in parsers if text is not None else ():
            assert text is not None
            if timestamp := parser(text):
                _set_time(entry, timestamp, context)
                return True
        clock = context.clock
        if stage.action_on_failure == "fudge" and clock.latest_ns:
            _set_time(entry, (clock.latest_ns, clock.unit_ns), context)
        return True

    return apply


def _set_time(entry: Entry, timestamp: go_time.Timestamp, context: Context) -> None:
    """Set the time. Where its step leaves no room below, count how many came in a row."""
    clock = context.clock
    entry.time_ns, entry.unit_ns = timestamp
    if entry.unit_ns > 1:
        context.clock = Clock(*timestamp)
        return
    run = clock.run + 1 if timestamp[0] == clock.latest_ns else 0
    context.clock = Clock(*timestamp, run)
    entry.place, entry.unit_ns = run, 1000

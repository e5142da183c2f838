"""Leaves out lines, many at once, that a condition on a parsed label can't keep.

Behind ``| json | status >= 500`` a line without any ``"status": …`` of such a value need not be
parsed: a native search through the text of a block finds the values. It may keep lines too many,
never too few.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.logql.golang.quoting import to_bytes
from whiteroom_monitoring.logs.logql.regex import compile_regex
from whiteroom_monitoring.logs.logql.stages.conditions import number_test
from whiteroom_monitoring.logs.logql.syntax import (
    Both,
    Condition,
    Json,
    LabelFilter,
    Logfmt,
    NumberCondition,
    Stage,
    StringCondition,
)

# A name that no nesting and no suffix makes: those have an underscore.
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9]*")
_QUOTED = r'"((?:[^"\\\n]|\\[^\n])*)"'
_JSON_VALUE = rf"(?:{_QUOTED}|([^ \t\r\n,}}\]]*))"
_LOGFMT_VALUE = rf'(?:{_QUOTED}|([^\x00-\x20="]*))'
# Beside a key may be what is no visible character of ASCII: names are trimmed.
_BESIDE = r'[^\x21-\x7e"\n]*'
_JSON_BESIDE = r'(?:[^\x21-\x7e"\n]|\\[tnrbf])*'
# Fewer lines are parsed at once.
WORTH = 64


class ValuePrefilter:
    """Looks for the values of one label."""

    def __init__(self, name: str, is_json: bool, test: Callable[[bytes], bool]) -> None:
        self.name = name
        if is_json:
            key = f'"{_JSON_BESIDE}{name}{_JSON_BESIDE}"[ \\t\\r]*:[ \\t\\r]*'
        else:
            key = f"{name}{_BESIDE}="
        self._regex = compile_regex(f"(?:{key})" + (_JSON_VALUE if is_json else _LOGFMT_VALUE))
        self._is_json, self._test = is_json, test
        self._known: dict[bytes, bool] = {}

    def select(
        self,
        labels: Mapping[str, str],
        rows: _native.Rows,
        numbers: list[int],
        span: tuple[int, int],
    ) -> list[int]:
        """Return those rows that may be kept."""
        if len(numbers) < WORTH or self.name in labels or rows.is_multiline():
            return numbers
        text, name = rows.text(), self.name.encode()
        # Structured metadata may have the name, and a key may be written by escapes.
        if name in rows.columns() or (self._is_json and b"\\u" in text):
            return numbers
        kept: set[int] = set()
        begin, end = rows.line_begin(span[0]), rows.line_begin(span[1])
        while begin < end and (match := self._regex.search(text, begin, end)):
            group = 1 if match.group(1) is not None else 2
            # What looks like a value may be none: within it, the name may be found again.
            begin = match.start(group)
            if self._may_be(match.group(group)):
                row = rows.row_at(match.start(), span[0])
                kept.add(row)
                begin = rows.line_begin(row + 1)
        return [row for row in numbers if row in kept]

    def _may_be(self, value: bytes) -> bool:
        known = self._known.get(value)
        if known is None:
            if len(self._known) > 10_000:
                self._known.clear()
            # What has escapes, is no ASCII or no single value, is told by the parser alone.
            is_plain = value.isascii() and b"\\" not in value and value[:1] not in (b"{", b"[")
            known = self._known[value] = not is_plain or self._test(value)
        return known


def prefilters(stages: Sequence[Stage]) -> list[ValuePrefilter]:
    """Return those of the conditions that directly follow a parser."""
    if not stages or stages[0] not in (Json(), Logfmt(()), Logfmt(("--strict",))):
        return []
    made: list[ValuePrefilter] = []
    for stage in stages[1:]:
        if not isinstance(stage, LabelFilter):
            break
        for condition in _parts(stage.condition):
            test = _test(condition)
            if test is not None:
                made.append(ValuePrefilter(test[0], stages[0] == Json(), test[1]))
    return made


def _parts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Both) and condition.is_and:
        yield from _parts(condition.left)
        yield from _parts(condition.right)
    else:
        yield condition


def _test(condition: Condition) -> tuple[str, Callable[[bytes], bool]] | None:
    match condition:
        case StringCondition(matcher=matcher) if matcher.operator == "=" and matcher.value:
            name, expected = matcher.name, to_bytes(matcher.value)
            return (name, lambda value: value == expected) if _NAME.fullmatch(name) else None
        case NumberCondition(name=name) if _NAME.fullmatch(name):
            test = number_test(condition)
            # What is no such number is kept, with an error.
            return name, lambda value: test(value.decode()) is not False
    return None

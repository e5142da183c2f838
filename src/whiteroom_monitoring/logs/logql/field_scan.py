"""Reads the fields that a query needs of many lines at once, natively, where that is the same.

Behind ``| json | status >= 500`` a line without such a status need not be parsed by Python, and an
unwrapped value needs nothing but itself. What the native scan is not sure to read as the parsers of
`stages` do (escapes, letters outside ASCII, broken JSON, a number in a rare form) is left to them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.logql.golang.quoting import to_bytes
from whiteroom_monitoring.logs.logql.stages.row import DETAILS, ERROR, PRESERVE, SUFFIX
from whiteroom_monitoring.logs.logql.syntax import (
    Both,
    Condition,
    Json,
    LabelFilter,
    Logfmt,
    Matcher,
    NumberCondition,
    Stage,
    StringCondition,
)
from whiteroom_monitoring.logs.metadata import DETECTED_LEVEL

# As `FieldKind` and `Comparison` of the native module count them.
TEXT, NUMBER, DURATION, BYTES = range(4)
KINDS = {"number": NUMBER, "duration": DURATION, "bytes": BYTES}
_COMPARISONS = {"==": 0, "!=": 1, "<": 2, "<=": 3, ">": 4, ">=": 5}
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
# Integers up to this are floats, exactly.
_EXACT = 2**53
NO_ERROR = StringCondition(Matcher(ERROR, "=", ""))


def is_parser(stage: Stage) -> bool:
    """Tell whether the native scan reads what a stage parses."""
    return stage in (Json(), Logfmt(()))


def is_field(name: str) -> bool:
    """Tell whether a label can be a field of a line and nothing else."""
    is_special = name in (ERROR, DETAILS, PRESERVE, DETECTED_LEVEL) or name.endswith(SUFFIX)
    return not is_special and _NAME.fullmatch(name) is not None


class FieldScan:
    """A native scan by a parser for some fields, and conditions on them."""

    def __init__(
        self,
        parser: Stage,
        tests: Sequence[Condition],
        fields: Iterable[str] = (),
        required: Collection[str] | None = None,
    ) -> None:
        tested = [condition.name for condition in tests if isinstance(condition, NumberCondition)]
        tested += [c.matcher.name for c in tests if isinstance(c, StringCondition)]
        self.names = list(dict.fromkeys([*fields, *tested]))
        others = [] if required is None else sorted(set(required) - set(self.names))
        self._scan = _native.Scan(
            parser == Json(),
            not others,
            [name.encode() for name in self.names],
            [to_bytes(name) for name in others],
            [_test(condition, self.names) for condition in tests],
        )

    def is_for(self, labels: Mapping[str, str]) -> bool:
        """Tell whether no label of a stream has the name of a field."""
        return not any(name in labels for name in self.names)

    def matching(self, rows: _native.Rows, numbers: Sequence[int]) -> Sequence[int]:
        """Return those rows that may meet the conditions."""
        return self._scan.matching(rows, numbers)

    def met(self, rows: _native.Rows, numbers: Sequence[int]) -> Sequence[int]:
        """Return those rows that are sure to meet the conditions."""
        return self._scan.met(rows, numbers)

    def samples(
        self,
        rows: _native.Rows,
        numbers: Sequence[int],
        value: tuple[int, int],
        groups: Sequence[str],
    ) -> tuple[list[tuple[tuple[str | None, ...], list[int], list[float]]], list[int]]:
        """Return times and values by the texts of ``groups``, and the rows that are not sure."""
        fields = [self.names.index(name) for name in groups]
        return self._scan.samples(rows, numbers, *value, fields)


def prefilter(stages: Sequence[Stage]) -> FieldScan | None:
    """Return a scan that leaves out lines by the conditions that directly follow a parser."""
    if not stages or not is_parser(stages[0]):
        return None
    tests = [one for stage in filters(stages[1:]) for one in _conjuncts(stage.condition)]
    usable = [one for one in tests if _is_native(one) and _needs_value(one)]
    return FieldScan(stages[0], usable) if usable else None


def conditions(stages: Sequence[Stage]) -> list[Condition] | None:
    """Return the conditions that stages are; None where a stage is none, or not a native one.

    That there is no error is one that every line meets which the scan is sure of.
    """
    tests: list[Condition] = []
    for stage in stages:
        if not isinstance(stage, LabelFilter):
            return None
        tests += _conjuncts(stage.condition)
    tests = [condition for condition in tests if condition != NO_ERROR]
    return tests if all(_is_native(condition) for condition in tests) else None


def filters(stages: Sequence[Stage]) -> Iterator[LabelFilter]:
    """Yield the conditions on labels that stages begin with."""
    for stage in stages:
        if not isinstance(stage, LabelFilter):
            return
        yield stage


def _conjuncts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, Both) and condition.is_and:
        yield from _conjuncts(condition.left)
        yield from _conjuncts(condition.right)
    else:
        yield condition


def _is_native(condition: Condition) -> bool:
    match condition:
        case StringCondition(matcher=matcher):
            return matcher.operator in ("=", "!=") and is_field(matcher.name)
        case NumberCondition(name=name, value=value):
            return is_field(name) and abs(value) < _EXACT
    return False


def _needs_value(condition: Condition) -> bool:
    """Tell whether a line fails that lacks the label: what is broken before it may hide it."""
    if isinstance(condition, StringCondition):
        return condition.matcher.operator == "=" and bool(condition.matcher.value)
    return isinstance(condition, NumberCondition)


def _test(condition: Condition, names: Sequence[str]) -> tuple[int, int, int, float, bytes]:
    if isinstance(condition, NumberCondition):
        kind, comparison = KINDS[condition.kind], _COMPARISONS[condition.operator]
        return names.index(condition.name), kind, comparison, float(condition.value), b""
    assert isinstance(condition, StringCondition)
    matcher = condition.matcher
    comparison = _COMPARISONS["==" if matcher.operator == "=" else "!="]
    return names.index(matcher.name), TEXT, comparison, 0.0, to_bytes(matcher.value)

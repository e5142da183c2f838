"""Conditions on labels."""

from __future__ import annotations

import operator as operators
from collections.abc import Callable, Iterator

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.golang import durations, numbers
from whiteroom_monitoring.logs.logql.golang.quoting import to_bytes
from whiteroom_monitoring.logs.logql.regex import compile_test, is_simple
from whiteroom_monitoring.logs.logql.stages.addresses import AddressFilter
from whiteroom_monitoring.logs.logql.stages.row import ERROR, FILTER_ERROR, Check, Row
from whiteroom_monitoring.logs.logql.syntax import (
    Both,
    Condition,
    IpCondition,
    Matcher,
    NumberCondition,
    StringCondition,
)

# Expressions that every value meets, for Loki the empty one, too.
MATCH_ALL = (".*", "(.*)", "")
_COMPARE: dict[str, Callable[[float, float], bool]] = {
    "==": operators.eq, "!=": operators.ne, ">": operators.gt, ">=": operators.ge,
    "<": operators.lt, "<=": operators.le,
}  # fmt: skip
_READ: dict[str, Callable[[str], float]] = {
    "number": numbers.parse_float, "duration": durations.parse_go, "bytes": numbers.parse_bytes,
}  # fmt: skip


def check(condition: Condition) -> Check:
    """Return what tells whether a line meets a stage's condition. Raises QueryError."""
    if isinstance(condition, IpCondition):
        AddressFilter(condition.pattern)
    return unchecked(condition)


def unchecked(condition: Condition) -> Check:
    """Return what tells whether a line meets a condition. Raises QueryError for an expression.

    An address that can't be is refused in a condition alone; among others, and behind unwrap, Loki
    takes it for one that no label has.
    """
    match condition:
        case Both(left=left, right=right, is_and=is_and):
            first, second = unchecked(left), unchecked(right)
            if is_and:
                # Both are asked, because each may tell an error.
                return lambda row: first(row) & second(row)
            return lambda row: first(row) or second(row)
        case IpCondition():
            return _ip_check(condition)
        case NumberCondition():
            return _number_check(condition)
    return _string_check(condition.matcher)


def names(condition: Condition) -> Iterator[str]:
    """Yield the labels that a condition is on."""
    match condition:
        case Both(left=left, right=right):
            yield from names(left)
            yield from names(right)
        case StringCondition(matcher=matcher):
            yield matcher.name
        case IpCondition(name=name) | NumberCondition(name=name):
            yield name


def value_test(matcher: Matcher) -> Callable[[str], bool]:
    """Return what tells whether a label's value meets a matcher. Raises QueryError."""
    is_positive = matcher.operator in ("=", "=~")
    if matcher.operator in ("=", "!="):
        expected = matcher.value
        return lambda value: (value == expected) == is_positive
    if matcher.value in MATCH_ALL:
        return lambda _: is_positive
    flags = "(?s)" if is_simple(matcher.value) else ""
    regex = compile_test(f"{flags}^(?:{matcher.value})$")
    known: dict[str, bool] = {}

    def test(value: str) -> bool:
        answer = known.get(value)
        if answer is None:
            answer = (regex.search(to_bytes(value)) is not None) == is_positive
            if len(known) < 10_000:
                known[value] = answer
        return answer

    return test


def _string_check(matcher: Matcher) -> Check:
    test, name = value_test(matcher), matcher.name
    if name == ERROR:
        return lambda row: test(row.error)
    return lambda row: test(row.get(name) or "")


def _number_check(condition: NumberCondition) -> Check:
    compare, read = _COMPARE[condition.operator], _READ[condition.kind]
    name, expected = condition.name, condition.value

    def test(row: Row) -> bool:
        text = row.get(name)
        if text is None:
            return False
        try:
            value = read(text)
        except ValueError as error:
            if not row.error:
                row.fail(FILTER_ERROR, str(error))
            return True
        return compare(value, expected)

    return test


def number_test(condition: NumberCondition) -> Callable[[str], bool | None]:
    """Return what tells whether a text meets a condition; None where it is no such number."""
    compare, read = _COMPARE[condition.operator], _READ[condition.kind]

    def test(text: str) -> bool | None:
        try:
            return compare(read(text), condition.value)
        except ValueError:
            return None

    return test


def _ip_check(condition: IpCondition) -> Check:
    name, is_positive = condition.name, condition.operator == "="
    try:
        matches = AddressFilter(condition.pattern).matches
    except QueryError:
        return lambda row: bool(row.error)

    def test(row: Row) -> bool:
        if row.error:
            return True
        text = row.get(name)
        return text is not None and matches(to_bytes(text)) == is_positive

    return test

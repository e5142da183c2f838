"""Line filters that the native scan does not do: expressions, patterns, addresses."""

from __future__ import annotations

from collections.abc import Callable

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.golang.quoting import to_bytes
from whiteroom_monitoring.logs.logql.regex import compile_test
from whiteroom_monitoring.logs.logql.stages.addresses import AddressFilter
from whiteroom_monitoring.logs.logql.stages.patterns import Pattern
from whiteroom_monitoring.logs.logql.syntax import Ip, LineFilter

Test = Callable[[bytes], bool]


def line_test(filter_: LineFilter) -> Test:
    """Return what tells whether a line is kept. Raises QueryError."""
    tests = [_test(filter_.operator, value) for value in filter_.values]
    if filter_.negated:
        return lambda line: not any(test(line) for test in tests)
    if len(tests) == 1:
        return tests[0]
    return lambda line: any(test(line) for test in tests)


def _test(operator: str, value: str | Ip) -> Test:
    if isinstance(value, Ip):
        if operator not in ("|=", "!="):
            raise QueryError("ip: invalid operation")
        return AddressFilter(value.pattern).matches
    if operator.endswith("="):
        text = to_bytes(value)
        return lambda line: text in line
    if operator.endswith(">"):
        return Pattern.for_lines(value).matches
    regex = compile_test(value)
    return lambda line: regex.search(line) is not None

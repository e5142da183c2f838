"""Parses LogQL by recursive descent: a function for each rule of Loki's grammar.

Source: https://grafana.com/docs/loki/latest/query/ and grafana/loki pkg/logql/syntax/syntax.y
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.evaluate.arithmetic import operate
from whiteroom_monitoring.logs.logql.golang.numbers import parse_float, parse_int
from whiteroom_monitoring.logs.logql.golang.quoting import unquote
from whiteroom_monitoring.logs.logql.lexer import (
    RANGE_OPERATIONS,
    VECTOR_OPERATIONS,
    ParseError,
    invalid,
)
from whiteroom_monitoring.logs.logql.pipeline_parser import PipelineParser
from whiteroom_monitoring.logs.logql.regex import compile_regex
from whiteroom_monitoring.logs.logql.syntax import (
    PRECEDENCE,
    SET_OPERATORS,
    Binary,
    Both,
    Expression,
    Grouping,
    LabelFilter,
    LabelReplace,
    Literal,
    LogQuery,
    LogRange,
    Matching,
    Metric,
    RangeAggregation,
    VectorAggregation,
    VectorLiteral,
)

_GROUPED = frozenset(
    "avg_over_time stddev_over_time stdvar_over_time quantile_over_time max_over_time "
    "min_over_time first_over_time last_over_time".split()
)
_OF_LINES = frozenset("bytes_over_time bytes_rate count_over_time rate absent_over_time".split())
_OF_VALUES = _GROUPED | {"sum_over_time", "rate", "rate_counter", "absent_over_time"}
_COUNTED = ("topk", "bottomk", "approx_topk")
_LABEL = re.compile(
    r"""\s*([a-zA-Z_:][a-zA-Z0-9_:]*)\s*=\s*("(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`[^`]*`)\s*(,?)"""
)


# How deep a query may be: operations in operations, and conditions in conditions.
MOST_DEPTH = 200
_NESTED = "the query is nested too deeply"


@dataclass(frozen=True)
class _Invalid:
    """What is right in its syntax and wrong otherwise: Loki tells it when all the rest is read."""

    error: QueryError


_Part = Metric | _Invalid
_Any = LogQuery | _Part


def parse(text: str) -> Expression:
    """Return the query that ``text`` is. Raises ParseError."""
    expression = _parsed(text)
    _validate(expression)
    assert not isinstance(expression, _Invalid)
    return expression


def parse_log_query(text: str) -> LogQuery:
    """Return a query for lines. Raises ParseError, and QueryError for one for numbers."""
    expression = parse(text)
    if not isinstance(expression, LogQuery):
        raise QueryError("only log selector is supported")
    return expression


def parse_selector(text: str) -> LogQuery:
    """Return a selector of streams alone. Raises ParseError, and QueryError for any other query."""
    query = parse(text)
    if not isinstance(query, LogQuery) or query.stages:
        raise QueryError("only label matchers are supported")
    return query


def parse_matchers(text: str) -> LogQuery:
    """Return a selector of streams that may mean all of them. Raises ParseError, and QueryError."""
    query = _parsed(text)
    if isinstance(query, _Invalid):
        raise query.error
    if not isinstance(query, LogQuery) or query.stages:
        raise QueryError("only label matchers are supported")
    if not query.matchers:
        raise QueryError(f"0 matchers in group: {text}")
    return query


def parse_labels(text: str) -> dict[str, str]:
    """Return the labels that a client pushes, such as ``{job="x"}``. Raises ParseError."""
    body = text.strip()
    labels: dict[str, str] = {}
    if body[:1] != "{":
        raise ParseError(1, 1, "syntax error: expected {")
    at = 1
    while label := _LABEL.match(body, at):
        if label[1] in labels:
            raise ParseError(1, at + 1, "syntax error: expected each label once")
        try:
            labels[label[1]] = unquote(label[2])
        except ValueError as error:
            raise ParseError(1, at + 1, f"syntax error: {error}") from error
        at = label.end()
        if not label[3]:
            break
    if body[at:].strip() != "}":
        raise ParseError(1, at + 1, 'syntax error: expected name="value" or }')
    # A label without a value is none.
    return {name: value for name, value in labels.items() if value}


def _parsed(text: str) -> _Any:
    if not text:
        raise invalid("syntax error: unexpected $end")
    parser = _Parser(text)
    try:
        expression = parser.expression(0)
    except RecursionError:
        raise invalid(_NESTED) from None
    if parser.kind != "$end":
        raise parser.unexpected()
    _require_shallow(expression)
    return expression


def _require_shallow(expression: _Any) -> None:
    """Raise ParseError for what is so deep that who walks through it would exhaust the stack."""
    parts: list[tuple[Any, int]] = [(expression, 1)]
    while parts:
        part, depth = parts.pop()
        if depth > MOST_DEPTH:
            raise invalid(_NESTED)
        parts += [(inner, depth + 1) for inner in _inner_parts(part)]


def _inner_parts(part: Any) -> Sequence[Any]:
    match part:
        case Binary(left=left, right=right) | Both(left=left, right=right):
            return left, right
        case VectorAggregation(inner=inner) | LabelReplace(inner=inner):
            return (inner,)
        case RangeAggregation(range=LogRange(query=query, unwrap=unwrap)):
            return (query, *(unwrap.filters if unwrap else ()))
        case LogQuery(stages=stages):
            return [stage.condition for stage in stages if isinstance(stage, LabelFilter)]
    return ()


def _validate(expression: _Any) -> None:
    """Raise ParseError for the first part, from the left, that means nothing."""
    match expression:
        case _Invalid(error=error):
            raise error
        case LogQuery():
            _require_selective(expression)
        case Binary(left=left, right=right):
            _validate(left)
            _validate(right)
        case VectorAggregation(operation=operation, grouping=grouping, inner=inner):
            if operation in ("sort", "sort_desc") and grouping.labels:
                raise invalid("sort and sort_desc doesn't allow grouping by ")
            _validate(inner)
        case LabelReplace(inner=inner):
            _validate(inner)
        case RangeAggregation(range=lines):
            _require_selective(lines.query)


def _require_selective(query: LogQuery) -> None:
    """Raise ParseError, as Loki does, when a selector would select every stream."""
    if all(matcher.matches("") for matcher in query.matchers):
        raise invalid(
            "queries require at least one regexp or equality matcher that does not have an "
            'empty-compatible value. For instance, app=~".*" does not meet this requirement, '
            'but app=~".+" will'
        )


class _Parser(PipelineParser):
    def expression(self, least: int) -> _Any:
        """Operands with operators that bind at least so much."""
        left = self._operand()
        return self._operations(left, least)

    def _operations(self, left: _Any, least: int) -> _Any:
        while (binds := PRECEDENCE.get(self.kind, -1)) >= max(least, 1):
            operator = self.next().kind
            matching = self._matching()
            right = self.expression(binds if operator == "^" else binds + 1)
            left = _binary(left, operator, right, matching)
        return left

    def _operand(self) -> _Any:  # noqa: PLR0911 - one a kind
        kind = self.kind
        if kind == "(":
            self.next()
            inner = self.expression(0)
            self.expect(")")
            return inner
        if kind == "{":
            matchers = self.selector()
            return LogQuery(matchers, self.stages()[0])
        if kind in RANGE_OPERATIONS:
            return self._range_aggregation()
        if kind in VECTOR_OPERATIONS:
            return self._vector_aggregation()
        if kind == "label_replace":
            return self._label_replace()
        if kind == "vector":
            return self._vector()
        if kind in ("NUMBER", "+", "-"):
            return _literal(self.literal())
        raise self.unexpected()

    def _matching(self) -> Matching:
        matching = Matching(is_bool=self.skip("bool"))
        if self.kind not in ("on", "ignoring"):
            return matching
        on = self.next().kind == "on"
        matching = replace(matching, on=on, labels=self.names() or None)
        if self.kind not in ("group_left", "group_right"):
            return matching
        matching = replace(matching, group=self.next().kind)
        if self.kind == "(":
            matching = replace(matching, include=self.names() or None)
        return matching

    def _metric(self) -> _Part:
        """An expression that has to be one for numbers."""
        return self._require_metric(self.expression(0))

    def _require_metric(self, expression: _Any) -> _Part:
        if isinstance(expression, LogQuery):
            raise self.unexpected()
        return expression

    def _grouping(self) -> Grouping | None:
        if self.kind not in ("by", "without"):
            return None
        without = self.next().kind == "without"
        return Grouping(self.names(), without)

    def _range_aggregation(self) -> _Part:
        operation = self.next().kind
        self.expect("(")
        parameter = None
        if self.kind == "NUMBER":
            parameter = self.next().text
            self.expect(",")
        elif self.kind not in ("{", "("):
            raise self.unexpected("NUMBER", "{", "(")
        lines = self._log_range()
        self.expect(")")
        return _range_aggregation(operation, lines, self._grouping(), parameter)

    def _log_range(self) -> LogRange:
        if self.kind != "(":
            return self._ranged(LogQuery(self.selector()))
        self.next()
        if self.kind == "(":
            inner = self._log_range()
            self.expect(")")
            return inner
        return self._enclosed_range()

    def _enclosed_range(self) -> LogRange:
        """selector [pipeline] [unwrap] ) range, or a range ) after the opening parenthesis."""
        query = LogQuery(self.selector())
        if self.kind == "RANGE":
            lines = self._ranged(query)
            self.expect(")")
            return lines
        stages, unwrap = self.stages(with_unwrap=True)
        query = replace(query, stages=stages)
        if self.kind == "RANGE":
            lines = LogRange(query, self.next().number, unwrap, self._offset())
            self.expect(")")
            return lines
        self.expect(")", "RANGE")
        interval = self.expect("RANGE").number
        offset = self._offset()
        if not stages and unwrap is None:
            unwrap = self.unwrap()
        return LogRange(query, interval, unwrap, offset)

    def _ranged(self, query: LogQuery) -> LogRange:
        """A range, and a pipeline before or after it."""
        if self.kind == "RANGE":
            interval, offset = self.next().number, self._offset()
            stages, unwrap = self.stages(with_unwrap=True)
            return LogRange(replace(query, stages=stages), interval, unwrap, offset)
        stages, unwrap = self.stages(with_unwrap=True)
        interval = self.expect("RANGE").number
        return LogRange(replace(query, stages=stages), interval, unwrap, self._offset())

    def _offset(self) -> int:
        return self.expect("DURATION").number if self.skip("offset") else 0

    def _vector_aggregation(self) -> _Part:
        operation = self.next().kind
        grouping = self._grouping()
        self.expect("(")
        parameter = None
        if self.kind == "NUMBER":
            literal = self.next().text
            if self.skip(","):
                parameter = literal
                inner = self._metric()
            else:
                inner = self._require_metric(self._operations(_literal(_number(literal)), 0))
        else:
            inner = self._metric()
        self.expect(")")
        if grouping is None:
            grouping = self._grouping()
        return _vector_aggregation(operation, inner, grouping, parameter)

    def _label_replace(self) -> _Part:
        self.next()
        self.expect("(")
        inner = self._metric()
        texts: list[str] = []
        for _ in range(4):
            self.expect(",")
            texts.append(self.expect("STRING").text)
        self.expect(")")
        target, replacement, source, regex = texts
        try:
            compile_regex(f"^(?:{regex})$")
        except QueryError as error:
            return _Invalid(invalid(f"invalid regex in label_replace: {error}"))
        if isinstance(inner, _Invalid):
            return inner
        return LabelReplace(inner, target, replacement, source, regex)

    def _vector(self) -> _Part:
        self.next()
        self.expect("(")
        text = self.expect("NUMBER").text
        self.expect(")")
        try:
            return VectorLiteral(parse_float(text))
        except ValueError as error:
            return _Invalid(invalid(f"unable to parse vectorExpr as a float: {error}"))


def _number(text: str) -> float | QueryError:
    try:
        return parse_float(text)
    except ValueError as error:
        return invalid(f"unable to parse literal as a float: {error}")


def _literal(value: float | QueryError) -> _Part:
    return _Invalid(value) if isinstance(value, QueryError) else Literal(value)


def _range_aggregation(
    operation: str, lines: LogRange, grouping: Grouping | None, parameter: str | None
) -> _Part:
    problem, number = "", None
    if parameter is not None:
        try:
            number = parse_float(parameter)
        except ValueError as error:
            problem = f"invalid parameter for operation {operation}: {error}"
        if operation != "quantile_over_time":
            problem = f"parameter {parameter} not supported for operation {operation}"
    elif operation == "quantile_over_time":
        problem = f"parameter required for operation {operation}"
    if not problem and grouping is not None and operation not in _GROUPED:
        problem = f"grouping not allowed for {operation} aggregation"
    if not problem and lines.unwrap is not None and operation not in _OF_VALUES:
        problem = f"invalid aggregation {operation} with unwrap"
    if not problem and lines.unwrap is None and operation not in _OF_LINES:
        problem = f"invalid aggregation {operation} without unwrap"
    if problem:
        return _Invalid(invalid(problem))
    return RangeAggregation(operation, lines, grouping, number)


def _vector_aggregation(
    operation: str, inner: _Part, grouping: Grouping | None, parameter: str | None
) -> _Part:
    problem, number = "", 0
    if operation not in _COUNTED:
        if parameter is not None:
            problem = f"unsupported parameter for operation {operation}({parameter},"
    elif parameter is None:
        problem = f"parameter required for operation {operation}"
    else:
        try:
            number = parse_int(parameter)
        except ValueError:
            problem = f"invalid parameter {operation}({parameter},"
        if not problem and number <= 0:
            problem = f"invalid parameter (must be greater than 0) {operation}({parameter}"
        if not problem and operation == "approx_topk" and grouping is not None:
            problem = f"grouping not allowed for {operation} aggregation"
    if problem:
        return _Invalid(invalid(problem))
    if operation in ("sort", "sort_desc") and grouping is not None and grouping.labels:
        return _Invalid(invalid("sort and sort_desc doesn't allow grouping by "))
    if isinstance(inner, _Invalid):
        return inner
    return VectorAggregation(operation, inner, grouping or Grouping(), number)


def _binary(left: _Any, operator: str, right: _Any, matching: Matching) -> _Part:
    for side, word in ((left, "left"), (right, "right")):
        if isinstance(side, LogQuery):
            kind = "PipelineExpr" if side.stages else "MatchersExpr"
            return _Invalid(
                invalid(
                    f"unexpected type for {word} leg of binary operation ({operator}): "
                    f"*syntax.{kind}"
                )
            )
    for side, word in ((left, "left"), (right, "right")):
        if isinstance(side, Literal) and operator in SET_OPERATORS:
            return _Invalid(
                invalid(
                    f"unexpected literal for {word} leg of logical/set binary operation "
                    f"({operator}): {side.value:f}"
                )
            )
    # An operand that is wrong is told of before what stands right of it.
    for side in (left, right):
        if isinstance(side, _Invalid):
            return side
    if isinstance(left, Literal) and isinstance(right, Literal):
        value = operate(operator, left.value, right.value)
        return Literal(float(value))
    return Binary(left, operator, right, matching)  # type: ignore[arg-type]

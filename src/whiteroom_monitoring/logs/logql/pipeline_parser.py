"""Parses what follows a selector: filters, parsers, formats.

Source: https://grafana.com/docs/loki/latest/query/ and grafana/loki pkg/logql/syntax/syntax.y
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.golang.numbers import parse_float
from whiteroom_monitoring.logs.logql.lexer import invalid
from whiteroom_monitoring.logs.logql.stages.patterns import Pattern
from whiteroom_monitoring.logs.logql.stages.regexp_parser import capture_names
from whiteroom_monitoring.logs.logql.syntax import (
    Both,
    Condition,
    Decolorize,
    Ip,
    IpCondition,
    Json,
    LabelFilter,
    LabelFormat,
    LineFilter,
    LineFormat,
    LineParser,
    Logfmt,
    Matcher,
    NumberCondition,
    Selection,
    Stage,
    StringCondition,
    Unwrap,
)
from whiteroom_monitoring.logs.logql.token_reader import MATCH_OPERATORS, TokenReader

LINE_OPERATORS = ("|=", "!=", "|~", "!~", "|>", "!>")
_COMPARISONS = ("=", "==", "!=", ">", ">=", "<", "<=")
T = TypeVar("T")


class PipelineParser(TokenReader):
    """The rules of stages."""

    def stages(self, *, with_unwrap: bool = False) -> tuple[tuple[Stage, ...], Unwrap | None]:
        """Line filters, and what follows a |; with an unwrap at the end where that may be."""
        stages: list[Stage] = []
        while True:
            if self.kind in LINE_OPERATORS:
                stages += self._line_filters()
            elif self.skip("|"):
                if with_unwrap and self.kind == "unwrap":
                    return tuple(stages), self._unwrap()
                stages.append(self._stage())
            else:
                return tuple(stages), None

    def unwrap(self) -> Unwrap | None:
        """| unwrap …, or nothing."""
        if not self.skip("|"):
            return None
        if self.kind != "unwrap":
            raise self.unexpected("unwrap")
        return self._unwrap()

    def _unwrap(self) -> Unwrap:
        self.next()
        conversion = ""
        if self.kind in ("bytes", "duration", "duration_seconds"):
            conversion = self.next().kind
            self.expect("(")
            label = self.expect("IDENTIFIER").text
            self.expect(")")
        else:
            label = self.expect("IDENTIFIER", "bytes", "duration", "duration_seconds").text
        filters: list[Condition] = []
        while self.skip("|"):
            filters.append(self._conditions())
        return Unwrap(label, conversion, tuple(filters))

    def _line_filters(self) -> list[LineFilter]:
        operator = self.next().kind
        values = [self._filter_value()]
        while self.skip("or"):
            values.append(self._filter_value())
        if operator.startswith("!"):
            return [LineFilter(operator, (value,)) for value in values]
        return [LineFilter(operator, tuple(values))]

    def _filter_value(self) -> str | Ip:
        if self.kind == "ip":
            return self._ip()
        return self.expect("STRING", "ip").text

    def _ip(self) -> Ip:
        self.next()
        self.expect("(")
        pattern = self.expect("STRING").text
        self.expect(")")
        return Ip(pattern)

    def _stage(self) -> Stage:  # noqa: PLR0911 - one a kind
        kind = self.kind
        match kind:
            case "json":
                self.next()
                return Json(self._extractions() if self.kind == "IDENTIFIER" else ())
            case "logfmt":
                return self._logfmt()
            case "regexp" | "pattern" | "unpack":
                return self._line_parser()
            case "line_format":
                self.next()
                return LineFormat(self.expect("STRING").text)
            case "decolorize":
                self.next()
                return Decolorize()
            case "label_format":
                self.next()
                return LabelFormat(self._list(self._label_format))
            case "drop" | "keep":
                return Selection(self.next().kind, self._list(self._selected))
        return LabelFilter(self._conditions())

    def _list(self, item: Callable[[], T]) -> tuple[T, ...]:
        items = [item()]
        while self.skip(","):
            items.append(item())
        return tuple(items)

    def _logfmt(self) -> Logfmt:
        self.next()
        flags: list[str] = []
        while self.kind == "FUNCTION_FLAG":
            flags.append(self.next().text)
        expressions = self._extractions() if self.kind == "IDENTIFIER" else ()
        return Logfmt(tuple(flags), expressions)

    def _extractions(self) -> tuple[tuple[str, str], ...]:
        return self._list(self._extraction)

    def _extraction(self) -> tuple[str, str]:
        name = self.expect("IDENTIFIER").text
        return (name, self.expect("STRING").text if self.skip("=") else name)

    def _line_parser(self) -> LineParser:
        name = self.next().kind
        if name == "unpack":
            return LineParser(name)
        parameter = self.expect("STRING").text
        try:
            if name == "regexp":
                capture_names(parameter)
            else:
                Pattern.for_captures(parameter)
        except QueryError as error:
            raise invalid(f"invalid {name} parser: {error}") from error
        return LineParser(name, parameter)

    def _label_format(self) -> tuple[str, str, bool]:
        name = self.expect("IDENTIFIER").text
        self.expect("=")
        if self.kind == "IDENTIFIER":
            return name, self.next().text, True
        return name, self.expect("STRING", "IDENTIFIER").text, False

    def _selected(self) -> str | Matcher:
        name = self.expect("IDENTIFIER").text
        return self.matcher_of(name) if self.kind in MATCH_OPERATORS else name

    def _conditions(self) -> Condition:
        """Conditions with and, or, a comma or nothing between; the latter two bind to the right."""
        operands, operators = [self._condition()], [""]

        def reduce() -> None:
            right, operator = operands.pop(), operators.pop()
            operands.append(Both(operands.pop(), right, operator != "or"))

        while True:
            kind = self.kind
            weaker = {"and": ("and",), "or": ("and", "or"), ",": ()}.get(kind)
            if weaker is not None:
                while operators[-1] in weaker:
                    reduce()
                self.next()
            elif kind not in ("IDENTIFIER", "("):
                break
            operators.append(kind if weaker is not None else ",")
            operands.append(self._condition())
        while len(operands) > 1:
            reduce()
        return operands[0]

    def _condition(self) -> Condition:
        if self.skip("("):
            inner = self._conditions()
            self.expect(")")
            return inner
        name = self.expect("IDENTIFIER").text
        if self.kind in ("=~", "!~"):
            return StringCondition(self.matcher_of(name))
        if self.kind not in _COMPARISONS:
            raise self.unexpected()
        operator = self.next().kind
        if operator in ("=", "!="):
            if self.kind == "STRING":
                return StringCondition(Matcher(name, operator, self.next().text))
            if self.kind == "ip":
                return IpCondition(name, operator, self._ip().pattern)
        return self._number_condition(name, "==" if operator == "=" else operator)

    def _number_condition(self, name: str, operator: str) -> NumberCondition:
        if self.kind in ("DURATION", "BYTES"):
            token = self.next()
            return NumberCondition(name, operator, token.number, token.kind.lower())
        value = self.literal()
        if isinstance(value, QueryError):
            raise value
        return NumberCondition(name, operator, value)

    def literal(self) -> float | QueryError:
        """[ + | - ] number; an error of a number that Go does not read."""
        sign = self.next().kind if self.kind in ("+", "-") else ""
        text = self.expect("NUMBER").text
        try:
            return parse_float(text) * (-1 if sign == "-" else 1)
        except ValueError as error:
            return invalid(f"unable to parse literal as a float: {error}")

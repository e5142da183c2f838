"""Writes a query over several lines, as Loki's format_query does."""

from __future__ import annotations

from whiteroom_monitoring.logs.logql.golang.durations import show_go, show_prometheus
from whiteroom_monitoring.logs.logql.golang.numbers import format_float
from whiteroom_monitoring.logs.logql.golang.quoting import quote
from whiteroom_monitoring.logs.logql.syntax import (
    PRECEDENCE,
    Binary,
    Decolorize,
    Expression,
    Grouping,
    LabelReplace,
    LineFilter,
    LogQuery,
    LogRange,
    Matching,
    RangeAggregation,
    Stage,
    Unwrap,
    VectorAggregation,
)

# What fits is one line.
LINE_CHARACTERS = 100


def pretty(expression: Expression, level: int = 0) -> str:  # noqa: PLR0911 - one a kind
    """Return a query, indented where it is longer than a line."""
    indent = _indent(level)
    if _is_short(expression):
        return indent + str(expression)
    match expression:
        case LogQuery(stages=stages) if stages:
            selector = indent + str(LogQuery(expression.matchers))
            return "\n".join([selector, *_stages(stages, level + 1)])
        case RangeAggregation():
            return _range_aggregation(expression, level)
        case VectorAggregation():
            return _vector_aggregation(expression, level)
        case LabelReplace(inner=inner):
            args = (expression.target, expression.replacement, expression.source, expression.regex)
            parts = [pretty(inner, level + 1), *(_indent(level + 1) + quote(t) for t in args)]
            return f"{indent}label_replace(\n" + ",\n".join(parts) + f"\n{indent})"
        case Binary(left=left, right=right):
            operator = expression.operator + _matching(expression.matching)
            first = _operand(left, level + 1, _is_weaker(left, expression, is_right=False))
            second = _operand(right, level + 1, _is_weaker(right, expression, is_right=True))
            return f"{first}\n{indent}{operator}\n{second}"
    return indent + str(expression)


def _is_weaker(operand: Expression, operation: Binary, *, is_right: bool) -> bool:
    """Tell whether an operand of several lines would be read as another one without parentheses."""
    if not isinstance(operand, Binary) or _is_short(operand):
        return False
    inner, outer = PRECEDENCE[operand.operator], PRECEDENCE[operation.operator]
    is_last = is_right == (operation.operator == "^")
    return inner < outer or (inner == outer and not is_last)


def _operand(operand: Expression, level: int, is_enclosed: bool) -> str:
    if not is_enclosed:
        return pretty(operand, level)
    return f"{_indent(level)}(\n{pretty(operand, level + 1)}\n{_indent(level)})"


def _is_short(expression: Expression) -> bool:
    return len(str(expression).encode("utf-8", "surrogateescape")) <= LINE_CHARACTERS


def _indent(level: int) -> str:
    return "  " * level


def _stages(stages: tuple[Stage, ...], level: int) -> list[str]:
    """Return a line for each stage; line filters that follow each other are one where they fit."""
    lines: list[str] = []
    at = 0
    while at < len(stages):
        filters: list[LineFilter] = []
        while at < len(stages) and isinstance(one := stages[at], LineFilter):
            filters.append(one)
            at += 1
        if not filters:
            stage = stages[at]
            lines.append(
                str(stage) if isinstance(stage, Decolorize) else _indent(level) + str(stage)
            )
            at += 1
            continue
        lines += _line_filters(filters, level)
    return lines


def _line_filters(filters: list[LineFilter], level: int) -> list[str]:
    together = " ".join(str(one) for one in filters)
    if len(together.encode("utf-8", "surrogateescape")) <= LINE_CHARACTERS:
        return [_indent(level) + together]
    # Loki forgets what follows an "or" here; we don't, so that the query stays what it is.
    last = _indent(level) + str(filters[-1])
    return [*_line_filters(filters[:-1], level), last] if len(filters) > 1 else [last]


def _unwrap(unwrap: Unwrap, level: int) -> str:
    indent = _indent(level)
    label = str(Unwrap(unwrap.label, unwrap.conversion)).strip()
    return "".join([indent + label, *(f"\n{indent}| {one}" for one in unwrap.filters)])


def _range(lines: LogRange, level: int) -> str:
    text = pretty(lines.query, level)
    if lines.unwrap is not None:
        text += "\n" + _unwrap(lines.unwrap, level + 1)
    text += f" [{show_prometheus(lines.interval_ns)}]"
    if not lines.offset_ns:
        return text
    # Prometheus has no unit below a millisecond.
    is_exact = lines.offset_ns % 10**6 == 0
    return f"{text} offset {(show_prometheus if is_exact else show_go)(lines.offset_ns)}"


def _range_aggregation(expression: RangeAggregation, level: int) -> str:
    indent, inner = _indent(level), _indent(level + 1)
    parameter = ""
    if expression.parameter is not None:
        parameter = f"{inner}{format_float(expression.parameter)},\n"
    grouping = "" if expression.grouping is None else _grouping(expression.grouping)
    lines = _range(expression.range, level + 1)
    return f"{indent}{expression.operation}(\n{parameter}{lines}\n{indent}){grouping}"


def _vector_aggregation(expression: VectorAggregation, level: int) -> str:
    indent = _indent(level)
    parameter = f"{_indent(level + 1)}{expression.parameter},\n" if expression.parameter else ""
    inner = pretty(expression.inner, level + 1)
    grouping = "" if expression.grouping.is_single else _grouping(expression.grouping)
    return f"{indent}{expression.operation}{grouping}(\n{parameter}{inner}\n{indent})"


def _grouping(grouping: Grouping) -> str:
    return f" {'without' if grouping.without else 'by'} ({', '.join(grouping.labels)})"


def _matching(matching: Matching) -> str:
    text = " bool" if matching.is_bool else ""
    group = matching.group + (f" ({', '.join(matching.include)})" if matching.include else "")
    if matching.is_told:
        text += f" {matching.word} ({', '.join(matching.labels or ())}) {group}"
    return text

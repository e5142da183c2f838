"""Parses PromQL, within bounds: what files of the product and of its operator hold.

The parser is native and recursive: an expression that is nested too deeply would end the process
by a stack overflow. Its depth is bounded before the parser sees it. A server gives it nothing that
a stranger sends: the console bounds an expression and lets Prometheus parse it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import promql_parser
from promql_parser import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    BinModifier,
    Call,
    Expr,
    LabelModifierType,
    Matcher,
    MatchOp,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    StringLiteral,
    SubqueryExpr,
    UnaryExpr,
    ValueType,
    VectorMatchCardinality,
    VectorSelector,
)

from whiteroom_monitoring.promql.bounds import (
    MAX_CHARACTERS,
    MAX_DEPTH,
    ParseError,
    depth,
    require_bounded,
)

__all__ = [
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "AggModifierType",
    "AggregateExpr",
    "BinModifier",
    "BinaryExpr",
    "Call",
    "Expr",
    "LabelModifierType",
    "MatchOp",
    "Matcher",
    "MatrixSelector",
    "NumberLiteral",
    "ParenExpr",
    "ParseError",
    "StringLiteral",
    "SubqueryExpr",
    "UnaryExpr",
    "ValueType",
    "VectorMatchCardinality",
    "VectorSelector",
    "children",
    "depth",
    "descendants",
    "parse",
]


def parse(text: str) -> Expr:
    """Return the expression that ``text`` is. Raises ParseError."""
    require_bounded(text, MAX_CHARACTERS, MAX_DEPTH)
    try:
        expression: Expr = promql_parser.parse(text)
    except ValueError as error:
        raise ParseError(str(error)) from error
    return expression


def children(expression: Expr) -> Iterator[Any]:
    """Yield the expressions directly inside ``expression``."""
    match expression:
        case MatrixSelector():
            yield expression.vector_selector
        case ParenExpr() | UnaryExpr() | SubqueryExpr():
            yield expression.expr
        case AggregateExpr():
            yield expression.expr
            if expression.param is not None:
                yield expression.param
        case BinaryExpr():
            yield expression.lhs
            yield expression.rhs
        case Call():
            yield from expression.args


def descendants(expression: Expr) -> Iterator[Any]:
    """Yield ``expression`` and everything inside it, from the outside in."""
    pending: list[Any] = [expression]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(list(children(current))))

"""Parses PromQL, within bounds. Everything above reads expressions through this module.

The parser is native and recursive: an expression that is nested too deeply would end the process
by a stack overflow. Its depth is bounded before the parser sees it.
"""

from __future__ import annotations

import re
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

__all__ = [
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
    "descendants",
    "parse",
]

MAX_CHARACTERS = 65_536
# With a stack of 8 MiB promql-parser 0.12.0 overflows between 3200 and 6400 levels, with one of
# 1 MiB at some 800. Our own functions recurse, too: Python allows 1000 frames, they take three for
# a level.
MAX_DEPTH = 200

_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`[^`]*`?|\#[^\n]*)
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<operator>[-+*/%^]|==|!=|[<>]=?|\b(?:and|or|unless|atan2)\b)""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


class ParseError(ValueError):
    """The text is not PromQL, or longer or deeper than what is parsed."""


def parse(text: str) -> Expr:
    """Return the expression that ``text`` is. Raises ParseError."""
    if len(text) > MAX_CHARACTERS:
        raise ParseError(f"found {len(text)} characters, expected {MAX_CHARACTERS} at most")
    if depth(text) > MAX_DEPTH:
        raise ParseError(f"found operators and brackets nested deeper than {MAX_DEPTH} levels")
    try:
        expression: Expr = promql_parser.parse(text)
    except ValueError as error:
        raise ParseError(str(error)) from error
    return expression


def depth(text: str) -> int:
    """Return how deep the expression in ``text`` may be nested, at the most.

    A chain of operators is as deep as it is long, and each bracket adds a level.

    >>> depth("a + b + c"), depth('sum(rate(a{b="-+-"}[5m])) / 2')
    (2, 4)
    """
    operators, inside = [0], [0]
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "operator":
            operators[-1] += 1
        elif token.lastgroup == "open":
            operators.append(0)
            inside.append(0)
        elif token.lastgroup == "close" and len(operators) > 1:
            level = operators.pop() + inside.pop() + 1
            inside[-1] = max(inside[-1], level)
    # Brackets that were never closed count as if they were.
    return sum(operators) + len(operators) - 1 + max(inside)


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

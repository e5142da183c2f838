"""How long and how deep an expression of PromQL may be, told without parsing it."""

from __future__ import annotations

import re

MAX_CHARACTERS = 65_536
# With a stack of 8 MiB promql-parser 0.12.0 overflows between 3200 and 6400 levels, with one of
# 1 MiB at some 800. Our own functions recurse, too: Python allows 1000 frames, they take three for
# a level.
MAX_DEPTH = 200

# A comment ends where a line does, and PromQL's lines end at either character. A word may follow a
# number without a space.
_TOKEN = re.compile(
    r"""(?P<text>"(?:[^"\\]|\\.)*"?|'(?:[^'\\]|\\.)*'?|`[^`]*`?|\#[^\r\n]*)
    |(?P<open>[(\[{])
    |(?P<close>[)\]}])
    |(?P<operator>[-+*/%^]|==|!=|[<>]=?|(?<![a-z_:])(?:and|or|unless|atan2)(?![a-z_:]))""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)


class ParseError(ValueError):
    """The text is not PromQL, or longer or deeper than what is parsed."""


def require_bounded(
    text: str, max_characters: int = MAX_CHARACTERS, max_depth: int = MAX_DEPTH
) -> None:
    """Raise ParseError when ``text`` is longer or deeper than any parser should be given."""
    if len(text) > max_characters:
        raise ParseError(f"found {len(text)} characters, expected {max_characters} at most")
    if depth(text) > max_depth:
        raise ParseError(f"found operators and brackets nested deeper than {max_depth} levels")


def depth(text: str) -> int:
    """Return how deep the expression in ``text`` may be nested.

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

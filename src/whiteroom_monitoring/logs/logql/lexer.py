"""Splits LogQL into tokens, with the place of each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from whiteroom_monitoring.logs.errors import QueryError

MAX_CHARACTERS = 128 * 1024
_TOKEN = re.compile(
    r"""(?P<space>[ \t\r\n]+|\#[^\n]*)
    |(?P<string>"(?:[^"\\\n]|\\.)*"|`[^`]*`)
    |(?P<duration>(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|[smhdwy]))+(?![\w.]))
    |(?P<bytes>\d+(?:\.\d+)?\s?(?:[kKmMgGtTpP]i?)?[bB](?!\w))
    |(?P<number>0[xX][0-9a-fA-F]+|(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?)
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<symbol>\|=|\|~|\|>|!=|!~|!>|=~|==|>=|<=|[-+*/%^(){}\[\],.=<>|@])
    """,
    re.VERBOSE,
)
_ESCAPES = {
    "a": "\a",
    "b": "\b",
    "f": "\f",
    "n": "\n",
    "r": "\r",
    "t": "\t",
    "v": "\v",
    "\\": "\\",
    '"': '"',
    "'": "'",
}
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.))", re.DOTALL
)


class ParseError(QueryError):
    """The text is no LogQL; ``line`` and ``column`` begin with 1."""

    def __init__(self, line: int, column: int, found: str) -> None:
        self.line, self.column = line, column
        super().__init__(f"parse error at line {line}, col {column}: {found}")


@dataclass(frozen=True)
class Token:
    """``kind`` is a group of the pattern, a symbol itself, or "end"; ``text`` is as written."""

    kind: str
    text: str
    line: int
    column: int

    def error(self, problem: str) -> ParseError:
        """Return an error at this place."""
        return ParseError(self.line, self.column, problem)


def tokens(text: str) -> Iterator[Token]:
    """Yield the tokens of a query, and one of kind "end". Raises ParseError."""
    if len(text) > MAX_CHARACTERS:
        raise ParseError(1, 1, f"query is too long: {len(text)} > {MAX_CHARACTERS}")
    at, line, line_begin = 0, 1, 0
    while at < len(text):
        found = _TOKEN.match(text, at)
        column = at - line_begin + 1
        if found is None:
            word = "literal not terminated" if text[at] in "\"'`" else f"unexpected {text[at]!r}"
            raise ParseError(line, column, f"syntax error: {word}")
        at = found.end()
        kind, word = str(found.lastgroup), found[0]
        if kind != "space":
            yield Token(word if kind == "symbol" else kind, word, line, column)
        feeds = word.count("\n")
        if feeds:
            line += feeds
            line_begin = found.start() + word.rindex("\n") + 1
    yield Token("end", "", line, at - line_begin + 1)


def unquote(token: Token) -> str:
    """Return what a string stands for, as in Go. Raises ParseError."""
    if token.text[0] == "`":
        return token.text[1:-1].replace("\r", "")
    body = token.text[1:-1]
    if "\\" not in body:
        return body

    def character(found: re.Match[str]) -> str:
        *numbers, octal, letter = found.groups()
        number = next((n for n in numbers if n), None)
        if letter is not None:
            if letter not in _ESCAPES or letter == "'":
                raise token.error(f"syntax error: invalid escape \\{letter} in a string")
            return _ESCAPES[letter]
        code = int(number, 16) if number else int(octal, 8)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000:
            raise token.error("syntax error: invalid escape in a string")
        return chr(code)

    return _ESCAPE.sub(character, body)


def quote(text: str) -> str:
    """Return a string as Go writes it.

    >>> quote('a"b')
    '"a\\\\"b"'
    """
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    escaped = escaped.replace("\t", "\\t").replace("\r", "\\r")
    return f'"{escaped}"'

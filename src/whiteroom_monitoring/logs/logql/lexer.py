"""Splits LogQL into tokens, with the place of each.

Source: grafana/loki pkg/logql/syntax/lex.go, main branch
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from whiteroom_monitoring.logs.logql.golang import durations, numbers
from whiteroom_monitoring.logs.logql.golang.quoting import SPACE, quote, unquote
from whiteroom_monitoring.logs.logql.scanner import MAX_BYTES, ParseError, Scanner, invalid

__all__ = ["Lexer", "ParseError", "Token", "invalid", "quote"]

_SYMBOLS = frozenset(", . { } = != =~ !~ !> |= |~ |> | ( ) [ ] + - * / % ^ == > >= < <=".split())
_KEYWORDS = frozenset(
    "unwrap by without bool label_replace offset on ignoring group_left group_right or and unless "
    "json regexp logfmt unpack pattern label_format line_format ip decolorize drop keep".split()
)
RANGE_OPERATIONS = frozenset(
    "rate rate_counter count_over_time bytes_rate bytes_over_time avg_over_time sum_over_time "
    "min_over_time max_over_time stdvar_over_time stddev_over_time quantile_over_time "
    "first_over_time last_over_time absent_over_time".split()
)
VECTOR_OPERATIONS = frozenset(
    "sum avg max min count stddev stdvar bottomk topk sort sort_desc approx_topk".split()
)
CONVERSIONS = frozenset("bytes duration duration_seconds".split())
_FUNCTIONS = RANGE_OPERATIONS | VECTOR_OPERATIONS | CONVERSIONS | {"vector", "label_replace", "ip"}
FLAGS = ("--strict", "--keep-empty")
_DURATION_CHARACTERS = frozenset("nuµmshdwy.")
_SIZE_CHARACTERS = frozenset("BikKMGTP.")
_FLAG = re.compile(r"[^\W\d_-]*-*(?:[^\W\d_]|-)*")
_CALL = re.compile(rf"[{SPACE}]*(?:\(|(?:by|without)[{SPACE}]*\()", re.IGNORECASE)


@dataclass(frozen=True)
class Token:
    """``kind`` is a symbol or a keyword itself, or what yacc names it in Loki: STRING, $end, …

    ``value`` is the content of a string, nanoseconds of a duration or a range, bytes of a size, and
    the text of anything else.
    """

    kind: str
    value: str | int
    line: int
    column: int

    def error(self, problem: str) -> ParseError:
        """Return an error at this place."""
        return ParseError(self.line, self.column, problem)

    @property
    def text(self) -> str:
        """The value of what is text."""
        assert isinstance(self.value, str)
        return self.value

    @property
    def number(self) -> int:
        """The value of a duration, a range or a size."""
        assert isinstance(self.value, int)
        return self.value


class Lexer:
    """Reads one token at a time. Raises ParseError."""

    def __init__(self, text: str) -> None:
        if len(text.encode("utf-8", "surrogateescape")) >= MAX_BYTES:
            raise invalid(f"input size too long ({len(text)} > {MAX_BYTES})")
        self._scanner = Scanner(text)

    def next(self) -> Token:
        """Return the next token; at the end and beyond, one of kind "$end"."""
        scanner = self._scanner
        while (kind := scanner.scan()) == "#":
            while scanner.peek() not in ("\n", ""):
                scanner.next()
        match kind:
            case "":
                return self._token("$end", "")
            case "Int" | "Float":
                return self._number()
            case "-":
                return self._minus()
            case "String" | "Raw":
                return self._string()
            case "[":
                return self._range()
        return self._word()

    def _token(self, kind: str, value: str | int) -> Token:
        return Token(kind, value, self._scanner.line, self._scanner.column)

    def _string(self) -> Token:
        try:
            return self._token("STRING", unquote(self._scanner.token))
        except ValueError as error:
            raise self._scanner.error(str(error)) from error

    def _number(self) -> Token:
        text = self._scanner.token
        duration = self._longer(text, _DURATION_CHARACTERS, durations.parse_any)
        if duration is not None:
            return self._token("DURATION", duration)
        size = self._longer(text, _SIZE_CHARACTERS, numbers.parse_bytes)
        return self._token("NUMBER", text) if size is None else self._token("BYTES", size)

    def _longer(self, text: str, characters: frozenset[str], read) -> int | None:  # type: ignore[no-untyped-def]
        """Read a number with its unit, where both together are something."""
        scanner = self._scanner
        unit, begin = "", scanner.at
        while (character := scanner.peek()) and (character in characters or character.isnumeric()):
            unit += character
            scanner.at += 1
        scanner.at = begin
        if not unit:
            return None
        try:
            value: int = read(text + unit)
        except ValueError:
            return None
        scanner.take(len(unit))
        return value

    def _minus(self) -> Token:
        scanner = self._scanner
        flag = scanner.match(_FLAG) if scanner.peek() == "-" else None
        if flag is not None and f"-{flag[0]}" in FLAGS:
            scanner.take(len(flag[0]))
            return self._token("FUNCTION_FLAG", f"-{flag[0]}")
        duration = self._longer("-", _DURATION_CHARACTERS, durations.parse_any)
        if duration is not None:
            return self._token("DURATION", duration)
        return self._word()

    def _range(self) -> Token:
        scanner, text = self._scanner, ""
        while character := scanner.next():
            if character == "]":
                try:
                    return self._token("RANGE", durations.parse_prometheus(text))
                except ValueError as error:
                    raise scanner.error(str(error)) from error
            text += character
        raise scanner.error("missing closing ']' in duration")

    def _word(self) -> Token:
        scanner = self._scanner
        text = scanner.token
        word = text.lower()
        if word in _FUNCTIONS:
            if not scanner.match(_CALL):
                return self._token("IDENTIFIER", text)
            return self._token(word, text)
        longer = word + scanner.peek().lower()
        if longer in _SYMBOLS and scanner.peek():
            scanner.next()
            return self._token(longer, longer)
        if word in _SYMBOLS or word in _KEYWORDS:
            return self._token(word, text)
        return self._token("IDENTIFIER", text)

"""Splits text as Go's text/scanner does: identifiers, numbers, strings, comments, characters.

Source: https://pkg.go.dev/text/scanner, in the mode of Go's tokens.
"""

from __future__ import annotations

import re

from whiteroom_monitoring.logs.errors import QueryError

MAX_BYTES = 128 * 1024
EOF = ""
_DECIMAL = frozenset("0123456789")
_HEXADECIMAL = frozenset("0123456789abcdefABCDEF")
_LITERALS = {"x": "hexadecimal", "o": "octal", "0": "octal", "b": "binary", "": "decimal"}


class ParseError(QueryError):
    """The text is no LogQL; ``line`` and ``column`` begin with 1, and are 0 where Loki tells none.

    A place of line 0 and another column is what Loki says of a token that it has put together.
    """

    def __init__(self, line: int, column: int, problem: str) -> None:
        self.line, self.column, self.problem = line, column, problem
        place = f" at line {line}, col {column}" if line or column else " "
        super().__init__(f"parse error{place}: {problem}")


def invalid(problem: str) -> ParseError:
    """Return an error of the query as a whole."""
    return ParseError(0, 0, problem)


class Scanner:
    """Reads one token at a time; a kind is Ident, Int, Float, String, Raw, Char or a sign."""

    def __init__(self, text: str) -> None:
        self._text = text
        self.at = 1 if text.startswith("\ufeff") else 0
        self.begin = self.at
        self._entered = ""
        # Where the token is, as lines of the text before it; counted from the token before.
        self._marked = self._line_begin = 0
        self._line = 1
        self._has_place = False

    def peek(self) -> str:
        """Return the next character; the empty string at the end."""
        return self._text[self.at : self.at + 1]

    def next(self) -> str:
        """Return the next character, and go on; the place of the token is no longer known."""
        self._has_place = False
        character = self.peek()
        self.at += len(character)
        return character

    def take(self, length: int) -> None:
        """Go on by so many characters, as `next` does."""
        if length:
            self._has_place = False
        self.at += length

    @property
    def line(self) -> int:
        """The line of the token; 0 where its place is no longer known."""
        return self._line if self._has_place else 0

    @property
    def column(self) -> int:
        """The column of the token."""
        return self.begin - self._line_begin + 1

    def match(self, pattern: re.Pattern[str]) -> re.Match[str] | None:
        """Return what an expression matches of the text that is not read yet."""
        return pattern.match(self._text, self.at)

    @property
    def token(self) -> str:
        """The text of the token."""
        return self._text[self.begin : self.at]

    def error(self, problem: str) -> ParseError:
        """Return an error at the token."""
        return ParseError(self.line, self.column, problem)

    def scan(self) -> str:
        """Read a token, and return its kind; the empty string at the end. Raises ParseError."""
        self._entered = self.peek()
        while True:
            while (character := self.peek()) and character in "\t\n\r ":
                self.at += 1
            self._mark()
            if character == "/" and self._text[self.at + 1 : self.at + 2] in ("/", "*"):
                self._comment()
                continue
            return self._scan(character)

    def _mark(self) -> None:
        self.begin = self.at
        self._line += self._text.count("\n", self._marked, self.at)
        newline = self._text.rfind("\n", self._marked, self.at)
        if newline >= 0:
            self._line_begin = newline + 1
        self._marked, self._has_place = self.at, True

    def _scan(self, character: str) -> str:  # noqa: PLR0911 - one a kind
        if character == "":
            return EOF
        if character == "\0":
            raise self.error("invalid character NUL")
        if 0xDC80 <= ord(character) < 0xDD00:
            raise self.error("invalid UTF-8 encoding")
        if _is_letter(character):
            while (more := self.peek()) and (_is_letter(more) or _is_digit(more)):
                self.at += 1
            return "Ident"
        if character in _DECIMAL:
            return self._number(seen_dot=False)
        self.at += 1
        match character:
            case '"':
                self._string('"')
                return "String"
            case "'":
                if self._string("'") != 1:
                    raise self.error("invalid char literal")
                return "Char"
            case "`":
                end = self._text.find("`", self.at)
                if end < 0:
                    raise self.error("literal not terminated")
                self.at = end + 1
                return "Raw"
            case "." if self.peek() and self.peek() in _DECIMAL:
                return self._number(seen_dot=True)
        return character

    def _comment(self) -> None:
        if self._text[self.at + 1] == "/":
            end = self._text.find("\n", self.at)
            self.at = len(self._text) if end < 0 else end
            return
        end = self._text.find("*/", self.at + 2)
        if end < 0:
            raise self.error("comment not terminated")
        self.at = end + 2

    def _string(self, mark: str) -> int:
        count = 0
        while (character := self.peek()) != mark:
            if character in ("", "\n"):
                raise self.error("literal not terminated")
            if 0xDC80 <= ord(character) < 0xDD00:
                raise self.error("invalid UTF-8 encoding")
            self.at += 1
            if character == "\\":
                self._escape(mark)
            count += 1
        self.at += 1
        return count

    def _escape(self, mark: str) -> None:
        character = self.peek()
        if character and character in "abfnrtv\\" + mark:
            self.at += 1
            return
        digits = {"x": 2, "u": 4, "U": 8}.get(character)
        if digits:
            self.at += 1
            self._digits_of_escape(digits, _HEXADECIMAL)
        elif character and character in "01234567":
            self._digits_of_escape(3, frozenset("01234567"))
        else:
            raise self.error("invalid char escape")

    def _digits_of_escape(self, count: int, allowed: frozenset[str]) -> None:
        for _ in range(count):
            if self.peek() not in allowed:
                raise self.error("invalid char escape")
            self.at += 1

    def _number(self, *, seen_dot: bool) -> str:
        prefix, has_digits, is_hexadecimal = "", False, False
        kind = "Int"
        if not seen_dot:
            if self.peek() == "0":
                self.at += 1
                prefix, has_digits, is_hexadecimal = self._prefix()
            has_digits |= self._digits(is_hexadecimal)
            if self.peek() == ".":
                self.at += 1
                seen_dot = True
        if seen_dot:
            kind = "Float"
            if prefix in ("o", "b"):
                raise self.error(f"invalid radix point in {_LITERALS[prefix]} literal")
            has_digits |= self._digits(is_hexadecimal)
        if not has_digits:
            raise self.error(f"{_LITERALS[prefix]} literal has no digits")
        return self._exponent(prefix, kind)

    def _prefix(self) -> tuple[str, bool, bool]:
        letter = self.peek().lower()
        if letter in ("x", "o"):
            self.at += 1
            return letter, False, letter == "x"
        if letter == "b":
            # Loki looks at the character before the token here, not at the one after the letter.
            if self._entered in ("0", "1"):
                self.at += 1
                return "b", False, False
            return "", False, False
        return "0", True, False

    def _digits(self, is_hexadecimal: bool) -> bool:
        begin = self.at
        allowed = _HEXADECIMAL if is_hexadecimal else _DECIMAL
        while (character := self.peek()) and (character in allowed or character == "_"):
            self.at += 1
        digits = self._text[begin : self.at]
        if "_" in digits and ("__" in digits or digits[-1] == "_" or digits == "_"):
            raise self.error("'_' must separate successive digits")
        return any(character != "_" for character in digits)

    def _exponent(self, prefix: str, kind: str) -> str:
        letter = self.peek().lower()
        if letter == "e" or (letter == "p" and prefix == "x"):
            if letter == "e" and prefix not in ("", "0"):
                raise self.error("'e' exponent requires decimal mantissa")
            self.at += 1
            if self.peek() in ("+", "-"):
                self.at += 1
            if not self._digits(False):
                raise self.error("exponent has no digits")
            return "Float"
        if prefix == "x" and kind == "Float":
            raise self.error("hexadecimal mantissa requires a 'p' exponent")
        if kind == "Int":
            self._require_digits(prefix)
        return kind

    def _require_digits(self, prefix: str) -> None:
        most = {"0": "7", "o": "7", "b": "1"}.get(prefix)
        wrong = most and next((c for c in self.token[2:] if c.isdigit() and c > most), None)
        if prefix == "0" and most and not wrong:
            wrong = next((c for c in self.token[1:2] if c.isdigit() and c > most), None)
        if wrong:
            raise self.error(f"invalid digit '{wrong}' in {_LITERALS[prefix]} literal")


def _is_letter(character: str) -> bool:
    return character == "_" or character.isalpha()


def _is_digit(character: str) -> bool:
    return character.isdecimal()

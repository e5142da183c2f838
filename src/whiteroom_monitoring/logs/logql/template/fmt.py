"""Writes values as Go's fmt does."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from typing import Any

from whiteroom_monitoring.logs.logql.golang.numbers import format_float
from whiteroom_monitoring.logs.logql.golang.quoting import quote, to_bytes
from whiteroom_monitoring.logs.logql.golang.times import Moment

_VERB = re.compile(r"%([-+# 0]*)(\d+|\*)?(?:\.(\d+|\*)?)?([a-zA-Z%])|%")
_MOST_WIDE = 10_000
_MOST_PRECISE = 1000
MOST_CHARACTERS = 1 << 20


def show(value: Any) -> str:
    """Return a value as %v does.

    >>> show(1e6), show({"b": 1, "a": [True, None]})
    ('1e+06', 'map[a:[true <nil>] b:1]')
    """
    match value:
        case None:
            return "<nil>"
        case bool():
            return "true" if value else "false"
        case float():
            return format_float(value)
        case list():
            return f"[{' '.join(show(one) for one in value)}]"
        case dict():
            return f"map[{' '.join(f'{k}:{show(v)}' for k, v in sorted(value.items()))}]"
    return str(value)


def kind(value: Any) -> str:  # noqa: PLR0911 - one a kind
    """Return the name of a value's type in Go."""
    match value:
        case None:
            return "<nil>"
        case bool():
            return "bool"
        case int():
            return "int"
        case float():
            return "float64"
        case Moment():
            return "time.Time"
        case list():
            return "[]interface {}"
        case dict():
            return "map[string]string"
    return "string"


def sprint(values: Sequence[Any]) -> str:
    """Return values one after the other, with spaces between those that are no strings.

    Raises ValueError for a text that would be too long.
    """
    parts = _Parts()
    for number, value in enumerate(values):
        if number and not isinstance(value, str) and not isinstance(values[number - 1], str):
            parts.add(" ")
        parts.add(show(value))
    return "".join(parts.texts)


def sprintln(values: Sequence[Any]) -> str:
    """Return values with spaces between all of them, and the end of a line. Raises ValueError."""
    parts = _Parts()
    for value in values:
        parts.add(show(value))
    return " ".join(parts.texts) + "\n"


class _Parts:
    """Texts of which one is made. Raises ValueError for one that would be too long."""

    def __init__(self) -> None:
        self.texts: list[str] = []
        self._size = 0

    def add(self, text: str) -> str:
        """Add a text, and return it."""
        self._size += len(text)
        if self._size > MOST_CHARACTERS:
            raise ValueError(f"the text would have more than {MOST_CHARACTERS} characters")
        self.texts.append(text)
        return text


def sprintf(pattern: str, values: Sequence[Any]) -> str:
    """Return values by a pattern of verbs.

    >>> sprintf("%-5s|%05.2f|%d|%q|%x", ["ab", 3.14159, 7, "c", "z"])
    'ab   |03.14|7|"c"|7a'
    """
    left = deque(values)
    parts = _Parts()

    def written(verb: re.Match[str]) -> str:
        return parts.add(formatted(verb))

    def formatted(verb: re.Match[str]) -> str:
        flags, width, precision, letter = verb.groups()
        if letter == "%":
            return "%"
        if letter is None:
            return "%!(NOVERB)"
        if width == "*" and left:
            width = str(left.popleft())
        if precision == "*" and left:
            precision = str(left.popleft())
        if precision is None and "." in verb[0]:
            precision = "0"
        if not left:
            return f"%!{letter}(MISSING)"
        text = _verb(letter, flags, None if precision is None else int(precision), left.popleft())
        return _padded(text, flags, min(int(width or 0), _MOST_WIDE), letter)

    text = _VERB.sub(written, pattern)
    if left:
        extra = ", ".join(parts.add(f"{kind(value)}={show(value)}") for value in left)
        text += f"%!(EXTRA {extra})"
    return text


def _padded(text: str, flags: str, width: int, letter: str) -> str:
    if "-" in flags:
        return text.ljust(width)
    if "0" in flags and letter not in "sqv":
        sign = text[:1] if text[:1] in "+-" else ""
        return sign + text[len(sign) :].rjust(width - len(sign), "0")
    return text.rjust(width)


def _character(code: int) -> str:
    is_one = 0 <= code < 0xD800 or 0xE000 <= code < 0x110000
    return chr(code) if is_one else "\ufffd"


def _verb(  # noqa: PLR0911, PLR0912 - one a verb
    letter: str, flags: str, precision: int | None, value: Any
) -> str:
    if isinstance(value, list) and letter not in "vT":
        return f"[{' '.join(_verb(letter, flags, precision, one) for one in value)}]"
    if isinstance(value, dict) and letter not in "vT":
        parts = (
            f"{_verb(letter, flags, precision, k)}:{_verb(letter, flags, precision, v)}"
            for k, v in sorted(value.items())
        )
        return f"map[{' '.join(parts)}]"
    is_integer = isinstance(value, int) and not isinstance(value, bool)
    plus = "+" if "+" in flags else (" " if " " in flags else "")
    match letter:
        case "v":
            return quote(value) if "#" in flags and isinstance(value, str) else show(value)
        case "T":
            return kind(value)
        case "s" if isinstance(value, str | Moment):
            return str(value)[:precision]
        case "q" if isinstance(value, str | Moment):
            text = str(value)[:precision]
            return f"`{text}`" if "#" in flags and "`" not in text else quote(text)
        case "q" if is_integer:
            return f"'{_character(value)}'"
        case "c" if is_integer:
            return _character(value)
        case "U" if is_integer:
            return f"U+{value:04X}"
        case "d" if is_integer:
            return format(value, f"{plus}d" if plus else "d")
        case "t" if isinstance(value, bool):
            return show(value)
        case "x" | "X" if isinstance(value, str):
            text = to_bytes(value).hex()
            return text.upper() if letter == "X" else text
        case "x" | "X" | "o" | "b" if is_integer:
            return format(value, ("#" if "#" in flags else "") + letter)
        case "e" | "E" | "f" | "F" | "g" | "G" if isinstance(value, float):
            if letter in "gG" and precision is None:
                return (plus if value >= 0 else "") + format_float(value)
            digits = 6 if precision is None else min(precision, _MOST_PRECISE)
            return format(value, f"{plus}.{digits}{letter}")
    return f"%!{letter}({kind(value)}={show(value)})"

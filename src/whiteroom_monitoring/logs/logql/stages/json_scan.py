"""Reads JSON as far as it is right: one value after the other, each as it is written.

Python's own reader refuses a whole line for its last character; Loki keeps what came before it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

_SPACE = re.compile(rb"[ \t\r\n]*")
_TOKEN = re.compile(rb"[^ \t\r\n,}\]]*")
_STRING_END = re.compile(rb'(?:[^"\\]|\\[\s\S])*"')
_STRUCTURE = re.compile(rb'["{}\[\]]')
_LONE = re.compile("[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]")
_U_ESCAPE = re.compile(r"\\u[dD][89a-fA-F][0-9a-fA-F]{2}")

# Objects inside of each other; Loki has no bound.
MOST_DEPTH = 128
DEEP = f"the object has more than {MOST_DEPTH} levels"
OBJECT = "Value looks like object, but can't find closing '}' symbol"
ARRAY = "Value is array, but can't find closing ']' symbol"
STRING = "Value is string, but can't find closing '\"' symbol"
MALFORMED = "Malformed JSON error"
UNKNOWN = "Unknown value type"
ESCAPE = "Encountered an invalid escape sequence in a string"


class JsonError(Exception):
    """What is wrong with a text; ``key`` is that of the member whose value is wrong."""

    key: str | None = None


def _token(data: bytes, at: int, problem: str) -> int:
    space = _SPACE.match(data, at)
    assert space is not None
    if space.end() >= len(data):
        raise JsonError(problem)
    return space.end()


def members(data: bytes) -> Iterator[tuple[str, str, bytes]]:
    """Yield key, kind and text of each member of an object. Raises JsonError when it comes to it.

    A kind is string, number, boolean, null, object or array; a string comes without quotes.
    """
    at = _token(data, 0, OBJECT)
    if data[at] != 0x7B:
        raise JsonError(OBJECT)
    at = _token(data, at + 1, MALFORMED)
    while data[at] != 0x7D:
        if data[at] != 0x22:
            raise JsonError(OBJECT)
        end = _string_end(data, at + 1, MALFORMED)
        key = unescaped(data[at + 1 : end - 1])
        if key is None:
            raise JsonError(ESCAPE)
        at = _token(data, end, MALFORMED)
        if data[at] != 0x3A:
            raise JsonError(MALFORMED)
        try:
            kind, text, at = value_at(data, at + 1)
        except JsonError as error:
            error.key = key
            raise
        yield key, kind, text
        at = _token(data, at, ARRAY)
        if data[at] == 0x7D:
            return
        if data[at] != 0x2C:
            raise JsonError(OBJECT)
        at = _token(data, at + 1, ARRAY)


def _string_end(data: bytes, at: int, problem: str) -> int:
    end = _STRING_END.match(data, at)
    if end is None:
        raise JsonError(problem)
    return end.end()


def value_at(data: bytes, at: int) -> tuple[str, bytes, int]:
    """Return kind and text of the value at a place, and the place after it. Raises JsonError."""
    at = _token(data, at, MALFORMED)
    first = data[at]
    if first == 0x22:
        end = _string_end(data, at + 1, STRING)
        return "string", data[at + 1 : end - 1], end
    if first in b"[{":
        end = _block_end(data, at)
        return ("object" if first == 0x7B else "array"), data[at:end], end
    token = _TOKEN.match(data, at)
    assert token is not None
    text = token[0]
    if text in (b"true", b"false"):
        return "boolean", text, token.end()
    if text == b"null":
        return "null", text, token.end()
    if first not in b"-0123456789":
        raise JsonError(UNKNOWN)
    return "number", text, token.end()


def _block_end(data: bytes, at: int) -> int:
    opening = data[at : at + 1]
    closing, problem = (b"}", OBJECT) if opening == b"{" else (b"]", ARRAY)
    depth = 0
    while mark := _STRUCTURE.search(data, at):
        at = mark.end()
        if mark[0] == b'"':
            at = _string_end(data, at, problem)
        elif mark[0] == opening:
            depth += 1
            if depth > MOST_DEPTH and opening == b"{":
                raise JsonError(DEEP)
        elif mark[0] == closing:
            depth -= 1
            if not depth:
                return at
    raise JsonError(problem)


def unescaped(data: bytes) -> str | None:
    """Return the content of a string; None where an escape is none."""
    text = data.decode("utf-8", "surrogateescape")
    if "\\" not in text:
        return text
    try:
        value: str = json.loads(f'"{text}"', strict=False)
    except ValueError:
        return None
    if _U_ESCAPE.search(text) and _LONE.search(value):
        return None
    return value


def element(data: bytes, index: int) -> tuple[str, bytes] | None:
    """Return kind and text of an element of an array. Raises JsonError."""
    at = _token(data, 0, ARRAY) + 1
    number = 0
    while data[at := _token(data, at, ARRAY)] != 0x5D:
        kind, text, at = value_at(data, at)
        if number == index:
            return kind, text
        number += 1
        at = _token(data, at, ARRAY)
        if data[at] == 0x2C:
            at += 1
        elif data[at] != 0x5D:
            raise JsonError(ARRAY)
    return None

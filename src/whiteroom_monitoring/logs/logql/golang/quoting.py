"""Strings as Go quotes and unquotes them. Bytes that are no UTF-8 are surrogate escapes."""

from __future__ import annotations

import re

_SIMPLE = {
    "a": 7, "b": 8, "f": 12, "n": 10, "r": 13, "t": 9, "v": 11, "\\": 92, '"': 34, "'": 39,
}  # fmt: skip
_LETTERS = {7: "\\a", 8: "\\b", 12: "\\f", 10: "\\n", 13: "\\r", 9: "\\t", 11: "\\v"}
_PLAIN = re.compile(r"[ !#-\[\]-~]*")
_ESCAPE = re.compile(
    r"\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{3})|(.?))", re.DOTALL
)
# What unicode.IsSpace calls so.
SPACE = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)


def to_bytes(text: str) -> bytes:
    """Return a string as bytes."""
    return text.encode("utf-8", "surrogateescape")


def to_text(data: bytes) -> str:
    """Return bytes as a string; what is no UTF-8 is escaped, so that `to_bytes` gives it back."""
    return data.decode("utf-8", "surrogateescape")


def unquote(text: str) -> str:
    """Return what a string in quotes stands for. Raises ValueError.

    >>> unquote('"a\\\\tb"'), unquote('`a\\\\tb`')
    ('a\\tb', 'a\\\\tb')
    """
    if len(text) < 2 or text[0] != text[-1] or text[0] not in "\"'`":
        raise ValueError("invalid syntax")
    mark, body = text[0], text[1:-1]
    if mark == "`":
        if "`" in body:
            raise ValueError("invalid syntax")
        return body
    if "\n" in body:
        raise ValueError("invalid syntax")
    if "\\" not in body:
        if mark in body:
            raise ValueError("invalid syntax")
        return body
    return _unescaped(body, mark)


def _unescaped(body: str, mark: str) -> str:
    data, at = bytearray(), 0
    for escape in _ESCAPE.finditer(body):
        between = body[at : escape.start()]
        if mark in between:
            raise ValueError("invalid syntax")
        data += to_bytes(between)
        data += _escaped(escape, mark)
        at = escape.end()
    if mark in body[at:]:
        raise ValueError("invalid syntax")
    data += to_bytes(body[at:])
    return to_text(bytes(data))


def _escaped(escape: re.Match[str], mark: str) -> bytes:
    byte, short, long, octal, letter = escape.groups()
    if byte:
        return bytes([int(byte, 16)])
    if octal:
        value = int(octal, 8)
        if value > 255:
            raise ValueError("invalid syntax")
        return bytes([value])
    if short or long:
        code = int(short or long, 16)
        if code > 0x10FFFF or 0xD800 <= code < 0xE000:
            raise ValueError("invalid syntax")
        return chr(code).encode()
    if letter not in _SIMPLE or (letter in "\"'" and letter != mark):
        raise ValueError("invalid syntax")
    return bytes([_SIMPLE[letter]])


def quote(text: str) -> str:
    """Return a string in double quotes, with escapes for what does not print.

    >>> quote('a"b'), quote("tab\\t"), quote("\\x01")
    ('"a\\\\"b"', '"tab\\\\t"', '"\\\\x01"')
    """
    if _PLAIN.fullmatch(text):
        return f'"{text}"'
    return '"' + "".join(_quoted(character) for character in text) + '"'


def _quoted(character: str) -> str:
    code = ord(character)
    if character in '"\\':
        return "\\" + character
    if code in _LETTERS:
        return _LETTERS[code]
    if 0xDC80 <= code < 0xDD00:
        return f"\\x{code - 0xDC00:02x}"
    if code < 32 or code == 127:
        return f"\\x{code:02x}"
    if character.isprintable():
        return character
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"

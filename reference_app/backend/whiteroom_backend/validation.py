"""Validates the body of a request: every wrong field is reported at once."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from whiteroom_backend.errors import InvalidError, MalformedError

# Returns the value to use, or raises _FieldError with what was found and what was expected.
Check = Callable[[object], Any]

MOST_UNKNOWN_SHOWN = 10
LONGEST_NAME_SHOWN = 64
# https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1.3: a path of 256 with its brackets
LONGEST_EMAIL = 254
_EMAIL = re.compile(r"[^@\s\x00-\x1f\x7f]{1,64}@[^@\s\x00-\x1f\x7f]{1,253}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.IGNORECASE)


class _FieldError(Exception):
    """A value is not as expected."""


def content(body: bytes) -> dict[str, Any]:
    """Return the object that ``body`` holds. Raises MalformedError unless it is one."""
    try:
        document = json.loads(body.decode(), parse_constant=_refuse)
    except UnicodeDecodeError as error:
        raise MalformedError(f"the body is not UTF-8: byte {error.start}") from error
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise MalformedError(f"the body is not JSON: {error.msg} at {place}") from error
    except (ValueError, RecursionError) as error:
        raise MalformedError("the body is JSON that nobody can use: too deep or large") from error
    if not isinstance(document, dict):
        raise MalformedError(f"expected a JSON object, found {_kind(document)}")
    return document


def read(
    document: dict[str, Any], expected: Mapping[str, Check], some: bool = False
) -> dict[str, Any]:
    """Return the values of ``found``, each as its check makes it.

    With ``some``, fields may be missing, though not all. Raises InvalidError with every fault.
    """
    values, faults = {}, _unknown(document, expected)
    for name, check in expected.items():
        if name in document:
            try:
                values[name] = check(document[name])
            except _FieldError as error:
                faults[name] = str(error)
        elif not some:
            faults[name] = "is missing"
    if some and not document:
        faults = dict.fromkeys(expected, "expected this or another field, found none")
    if faults:
        raise InvalidError(faults)
    return values


def text(longest: int, shortest: int = 1) -> Check:
    """Expect text of so many characters that PostgreSQL can keep."""

    def check(value: object) -> str:
        if not isinstance(value, str):
            raise _FieldError(f"expected text, found {_kind(value)}")
        if not shortest <= len(value) <= longest:
            expected = f"expected {shortest} to {longest} characters"
            raise _FieldError(f"{expected}, found {len(value)}")
        if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise _FieldError("expected text, found a NUL or half of a surrogate pair in it")
        return value

    return check


def email(value: object) -> str:
    """Expect an address; whether it exists is not known."""
    address: str = text(LONGEST_EMAIL, 3)(value)
    if not _EMAIL.fullmatch(address):
        raise _FieldError("expected an e-mail address, name@domain")
    return address


def number(lowest: float, highest: float) -> Check:
    """Expect a number in a range, which may have a fraction."""

    def check(value: object) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _FieldError(f"expected a number, found {_kind(value)}")
        if not lowest <= value <= highest:
            raise _FieldError(f"expected {lowest:g} to {highest:g}")
        return float(value)

    return check


def choice(*allowed: str) -> Check:
    """Expect one of a few texts."""

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in allowed:
            raise _FieldError(f"expected one of {', '.join(allowed)}")
        return value

    return check


def boolean(value: object) -> bool:
    """Expect true or false."""
    if not isinstance(value, bool):
        raise _FieldError(f"expected true or false, found {_kind(value)}")
    return value


def identifier(value: object) -> uuid.UUID:
    """Expect a UUID in its usual form."""
    parsed = parse_identifier(value) if isinstance(value, str) else None
    if parsed is None:
        raise _FieldError("expected a UUID")
    return parsed


def parse_identifier(value: str) -> uuid.UUID | None:
    """Return the UUID that ``value`` is in its usual form, else None."""
    return uuid.UUID(value) if _UUID.fullmatch(value) else None


def _unknown(document: dict[str, Any], expected: Mapping[str, Check]) -> dict[str, str]:
    names = [name for name in document if name not in expected][:MOST_UNKNOWN_SHOWN]
    known = f"is unknown; expected {', '.join(expected)}"
    return {name[:LONGEST_NAME_SHOWN]: known for name in names}


def _refuse(constant: str) -> None:
    raise json.JSONDecodeError(f"{constant} is none", constant, 0)


def _kind(value: object) -> str:
    if value is None:
        return "null"
    kinds = {bool: "true or false", str: "text", list: "an array", dict: "an object"}
    return kinds.get(type(value), "a number")

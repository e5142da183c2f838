"""Holds objects against the type annotations of their classes."""

from __future__ import annotations

import enum
import types
import typing
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin

Misfit = tuple[str, object, str]


def misfits(subject: object, prefix: str = "") -> Iterator[Misfit]:
    """Yield where a field of ``thing``, or of what it holds, is none of its annotation's type.

    Each with its place, what is found, and the annotation.
    """
    for name, expected in _hints(type(subject)).items():
        value = getattr(subject, name, None)
        place = f"{prefix}.{name}" if prefix else name
        if not _fits(value, expected):
            yield place, value, _text(expected)
        yield from _within(value, place)


def _within(value: object, place: str) -> Iterator[Misfit]:
    if isinstance(value, list):
        for index, item in enumerate(value):
            yield from _within(item, f"{place}[{index}]")
    elif type(value).__module__.startswith("grafana_foundation_sdk."):
        yield from misfits(value, place)


def _hints(kind: type) -> dict[str, Any]:
    return typing.get_type_hints(kind) if kind.__module__ != "builtins" else {}


def _fits(value: object, expected: Any) -> bool:
    origin, arguments = get_origin(expected), get_args(expected)
    if origin in (Union, types.UnionType):
        return any(_fits(value, argument) for argument in arguments)
    if origin is Literal:
        return value in arguments
    if origin is list:
        return isinstance(value, list) and all(_fits(item, arguments[0]) for item in value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(v, arguments[1]) for v in value.values())
    return _fits_plain(value, expected)


def _fits_plain(value: object, expected: Any) -> bool:
    if expected in (object, Any):
        return True
    if expected in (float, int) and isinstance(value, bool):
        return False
    if isinstance(expected, enum.EnumMeta):
        return value in list(expected)
    if isinstance(value, dict) and hasattr(expected, "from_json"):
        return _is_raw(value, expected)
    return isinstance(value, int | float if expected is float else expected)


def _is_raw(value: dict[str, Any], expected: Any) -> bool:
    """Return whether ``value`` is an object that the SDK leaves as it was read."""
    typed = expected.from_json(value)
    return value.keys() <= typed.to_json().keys() and not list(misfits(typed))


def _text(expected: Any) -> str:
    return expected.__name__ if isinstance(expected, type) else str(expected)

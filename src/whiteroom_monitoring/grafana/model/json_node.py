"""Reads JSON that others wrote: what does not fit is noted as a problem, and a default is taken.

Numbers may be written as text, as Grafana accepts them; null is the same as nothing.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
Pointer: TypeAlias = "tuple[str | int, ...]"

_TRUTH = {"true": True, "false": False, "": False}
# Beyond this, a float no longer tells neighbouring whole numbers apart.
_MAX_INTEGER = 2**53


@dataclass(frozen=True)
class Node:
    """A value of a JSON document, where it stands, and the ``problems`` of all that was read."""

    value: Json
    problems: list[str]
    pointer: Pointer = ()

    def __getitem__(self, name: str) -> Node:
        """Return the member of an object; a Node of null where there is none."""
        member = self.value.get(name) if isinstance(self.value, dict) else None
        return Node(member, self.problems, (*self.pointer, name))

    @property
    def is_set(self) -> bool:
        """Whether there is anything but null."""
        return self.value is not None

    @property
    def is_object(self) -> bool:
        """Whether it is an object."""
        return isinstance(self.value, dict)

    def object(self) -> Node:
        """Return itself; something else than an object is a problem, and an empty object."""
        if self.value is None or isinstance(self.value, dict):
            return self
        self._misfit("an object")
        return Node(None, self.problems, self.pointer)

    def members(self) -> Iterator[tuple[str, Node]]:
        """Yield name and value of each member of an object."""
        inner = self.object()
        for name in inner.value if isinstance(inner.value, dict) else ():
            yield name, inner[name]

    def items(self) -> Iterator[Node]:
        """Yield what a list holds; something else than a list is a problem, and empty."""
        if isinstance(self.value, list):
            for index, value in enumerate(self.value):
                yield Node(value, self.problems, (*self.pointer, index))
        elif self.value is not None:
            self._misfit("a list")

    def objects(self) -> Iterator[Node]:
        """Yield the objects that a list holds; anything else in it is a problem."""
        for item in self.items():
            if item.is_object:
                yield item
            else:
                item._misfit("an object")

    def texts(self) -> tuple[str, ...]:
        """Return the texts of a list, or the one text that stands in its place."""
        if isinstance(self.value, list):
            return tuple(item.text() for item in self.items() if item.is_set)
        return (self.text(),) if self.is_set else ()

    def text(self, default: str = "") -> str:
        """Return a text; a number or truth value is taken as it is written."""
        match self.value:
            case None:
                return default
            case str():
                return self.value
            case bool():
                return str(self.value).lower()
            case int():
                return str(self.value)
            case float():
                return f"{self.value:.15g}"
        self._misfit("a text")
        return default

    def number(self) -> float | None:
        """Return a finite number, None where there is none."""
        if self.value is None or self.value == "":
            return None
        if isinstance(self.value, int | float | str) and not isinstance(self.value, bool):
            try:
                number = float(self.value)
            except (ValueError, OverflowError):
                number = math.nan
            if math.isfinite(number):
                return number
        self._misfit("a number")
        return None

    def integer(self, default: int) -> int:
        """Return a whole number; a fraction is cut off."""
        number = self.number()
        if number is None:
            return default
        return int(min(max(number, -_MAX_INTEGER), _MAX_INTEGER))

    def flag(self, default: bool = False) -> bool:
        """Return a truth value, which may be written as text or number."""
        match self.value:
            case None:
                return default
            case bool():
                return self.value
            case int() | float():
                return self.value != 0
            case str() if self.value.lower() in _TRUTH:
                return _TRUTH[self.value.lower()]
        self._misfit("true or false")
        return default

    def problem(self, problem: str) -> None:
        """Note a problem at this place."""
        place = ".".join(map(str, self.pointer)) or "it"
        self.problems.append(f"{place}: {problem}")

    def _misfit(self, expected: str) -> None:
        self.problem(f"found {kind_of(self.value)}, expected {expected}")


def kind_of(value: Json) -> str:
    """Return what kind of JSON a value is, for people.

    >>> kind_of([1]), kind_of("a text that is short"), kind_of(True)
    ('a list', "'a text that is short'", 'true')
    """
    match value:
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case str():
            return repr(value[:40])
        case list():
            return "a list"
        case dict():
            return "an object"
    return f"{value:g}" if isinstance(value, float) else str(value)[:40]

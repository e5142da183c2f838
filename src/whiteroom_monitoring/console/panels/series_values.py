"""The values of a series as they are drawn: with the signs and gaps that its style gives them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from whiteroom_monitoring.grafana.evaluation.frames import Value
from whiteroom_monitoring.grafana.model.field_style import FieldStyle


def values(values: Sequence[Value], style: FieldStyle) -> Sequence[Value]:
    """Return values after the style's `transform`.

    >>> values([1.0, None, -2.0], FieldStyle(transform="negative-Y"))
    [-1.0, None, 2.0]
    """
    if style.nulls_as_zero:
        values = [0.0 if value is None else value for value in values]
    transform = _TRANSFORMS.get(style.transform or "")
    return transform(values) if transform else values


def _negative(values: Sequence[Value]) -> list[Value]:
    return [None if value is None else -value for value in values]


def _constant(values: Sequence[Value]) -> list[Value]:
    """Return the first value everywhere."""
    first = next((value for value in values if value is not None), None)
    return [first] * len(values)


_TRANSFORMS: Mapping[str, Callable[[Sequence[Value]], Sequence[Value]]] = {
    "negative-Y": _negative,
    "constant": _constant,
}

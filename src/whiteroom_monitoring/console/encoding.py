"""How values are written and judged, as the browser is told: units, limits, what JSON can hold."""

from __future__ import annotations

import base64
import math
from array import array
from collections.abc import Mapping, Sequence
from typing import Any

from whiteroom_monitoring.grafana import units
from whiteroom_monitoring.grafana.frames import Value


def looks(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return how the values of a field are written and judged."""
    return {
        "unit": unit(str(config.get("unit") or "short")),
        "decimals": config.get("decimals"),
        "min": config.get("min"),
        "max": config.get("max"),
        "thresholds": (config.get("thresholds") or {}).get("steps") or [],
    }


def unit(name: str) -> dict[str, Any]:
    """Return a unit as the browser writes it."""
    found: dict[str, Any] = {"steps": units.unit(name).steps}
    if name in units.WORDS:
        found["words"] = units.WORDS[name]
    if name in units.MOMENTS:
        found["moment"] = name
    return found


def number(value: Value) -> float | str | None:
    """Return a value as JSON can hold it."""
    if value is not None and math.isinf(value):
        return "Infinity" if value > 0 else "-Infinity"
    return value


def packed(values: Sequence[Value]) -> str:
    """Return values for a drawing: floats of 32 bits in base 64, NaN where there is none.

    Seven digits are all that can be seen; numbers as text would be twice as long, and thirty times
    the work.
    """
    floats = array("f", [math.nan if value is None else value for value in values])
    return base64.b64encode(floats.tobytes()).decode()

"""Colours between the lowest and the highest value: Grafana's continuous modes.

Source: packages/grafana-data/src/field/fieldColor.ts of Grafana.
"""

from __future__ import annotations

from collections.abc import Mapping

# The colours between which those of values lie, from the lowest value to the highest.
GRADIENTS: Mapping[str, tuple[str, ...]] = {
    "continuous-GrYlRd": ("#73bf69", "#eab839", "#f2495c"),
    "continuous-RdYlGr": ("#f2495c", "#eab839", "#73bf69"),
    "continuous-BlYlRd": ("#5794f2", "#eab839", "#f2495c"),
    "continuous-YlRd": ("#eab839", "#f2495c"),
    "continuous-BlPu": ("#5794f2", "#b877d9"),
    "continuous-YlBl": ("#eab839", "#5794f2"),
    "continuous-blues": ("#d8e6fd", "#5794f2"),
    "continuous-reds": ("#fbd5da", "#f2495c"),
    "continuous-greens": ("#d9efd6", "#73bf69"),
    "continuous-purples": ("#eadcf5", "#b877d9"),
}


def gradient(mode: str, share: float) -> str:
    """Return the colour at a share, from 0 to 1, of a gradient.

    >>> gradient("continuous-GrYlRd", 0.0), gradient("continuous-YlRd", 0.5)
    ('#73bf69', '#ee804a')
    """
    stops = GRADIENTS[mode]
    place = min(max(share, 0.0), 1.0) * (len(stops) - 1)
    index = min(int(place), len(stops) - 2)
    low, high = _channels(stops[index]), _channels(stops[index + 1])
    mixed = (round(a + (b - a) * (place - index)) for a, b in zip(low, high, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in mixed)


def _channels(color: str) -> tuple[int, ...]:
    return tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))

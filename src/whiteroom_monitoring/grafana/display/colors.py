"""Which colour a series has: the one that is fixed, that of a threshold, or one of the palette."""

from __future__ import annotations

import zlib
from collections.abc import Sequence

from whiteroom_monitoring.grafana.display import display_value, gradients
from whiteroom_monitoring.grafana.evaluation import reduce
from whiteroom_monitoring.grafana.evaluation.frames import Series
from whiteroom_monitoring.grafana.model.field_config import FieldConfig

# The browser has as many colours for series, each in a light and a dark form.
PALETTE_SIZE = 10
# Which of its values decides about the colour of a series.
_SERIES_BY = {"last": "lastNotNull", "min": "min", "max": "max"}


def of_series(series: Sequence[Series], configs: Sequence[FieldConfig]) -> list[str | int]:
    """Return for each series the name of a colour, or the number of one of the palette.

    By name, a series has the same colour wherever it appears, unless another of the same panel
    has it already.
    """
    free = set(range(PALETTE_SIZE))
    chosen: list[str | int] = []
    for index, (item, config) in enumerate(zip(series, configs, strict=True)):
        mode = config.color.mode or "palette-classic"
        if mode in ("fixed", "shades") and config.color.fixed:
            chosen.append(config.color.fixed)
        elif mode == "thresholds" or mode in gradients.GRADIENTS:
            value = reduce.reduced(
                item.values, _SERIES_BY.get(config.color.series_by, "lastNotNull")
            )
            reached = None if value is None else display_value.value_color(value, config)
            chosen.append(reached or "text")
        else:
            chosen.append(_of_palette(item.name, index, mode.endswith("by-name"), free))
    return chosen


def _of_palette(name: str, index: int, by_name: bool, free: set[int]) -> int:
    slot = (zlib.crc32(name.encode()) if by_name else index) % PALETTE_SIZE
    if not free:
        free.update(range(PALETTE_SIZE))
    while slot not in free:
        slot = (slot + 1) % PALETTE_SIZE
    free.discard(slot)
    return slot

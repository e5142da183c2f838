"""Blocks that were read, of which a few are kept."""

from __future__ import annotations

import threading
from collections import OrderedDict

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.store.segment import Block, Segment

KEPT_BLOCKS = 4


class BlockCache:
    """Reads blocks; several threads may use it. Raises DamagedError."""

    def __init__(self, kept: int = KEPT_BLOCKS) -> None:
        self._kept = kept
        self._lock = threading.Lock()
        self._rows: OrderedDict[tuple[str, int], _native.Rows] = OrderedDict()

    def read(self, segment: Segment, block: Block) -> _native.Rows:
        """Return the rows of a block, and keep them."""
        key = (segment.info.name, block.number)
        with self._lock:
            rows = self._rows.get(key)
            if rows is not None:
                self._rows.move_to_end(key)
                return rows
        rows = segment.read(block)
        with self._lock:
            self._rows[key] = rows
            while len(self._rows) > self._kept:
                self._rows.popitem(last=False)
        return rows

    def without(
        self, segment: Segment, labels: str, rows: _native.Rows, start_ns: int, end_ns: int
    ) -> _native.Rows:
        """Return those of a stream's rows, of [start, end], that a segment does not have."""
        for block in segment.blocks:
            for run in block.runs:
                if run.labels == labels and run.start_ns <= end_ns and run.end_ns >= start_ns:
                    rows = rows.without(self.read(segment, block), run.first, run.last)
        return rows

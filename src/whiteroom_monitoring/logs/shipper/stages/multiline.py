"""Lines that follow a first one become one entry with it."""

from __future__ import annotations

import time

from whiteroom_monitoring.logs.shipper import durations
from whiteroom_monitoring.logs.shipper.config import MultilineStage
from whiteroom_monitoring.logs.shipper.entry import Entry
from whiteroom_monitoring.logs.shipper.expressions import compiled
from whiteroom_monitoring.logs.shipper.stages.stage import Context

Key = tuple[tuple[str, str], ...]


class _Block:
    """A first line and those that follow, and the position before it."""

    def __init__(self, entry: Entry, before: object) -> None:
        self.entry, self.before = entry, before
        self.lines = [entry.line]
        self.touched = time.monotonic()

    def joined(self) -> Entry:
        """Return the entry of all lines."""
        self.entry.line = "\n".join(self.lines)
        return self.entry


class Multiline:
    """Holds a block for each set of labels until its next first line, or until it is idle."""

    def __init__(self, config: MultilineStage, context: Context) -> None:
        self._first = compiled(config.firstline)
        self._wait_s = durations.seconds(config.max_wait_time)
        self._most = config.max_lines
        self._context = context
        self._blocks: dict[Key, _Block] = {}

    def process(self, entries: list[Entry]) -> list[Entry]:
        """Return the blocks that are complete."""
        out: list[Entry] = []
        for entry in entries:
            key = tuple(entry.labels.items())
            block = self._blocks.get(key)
            if self._first.search(entry.line) is not None:
                if block is not None:
                    out.append(block.joined())
                self._blocks[key] = _Block(entry, self._context.before)
            elif block is None:
                # What comes before the first one is as it is.
                out.append(entry)
                continue
            else:
                block.lines.append(entry.line)
                block.touched = time.monotonic()
            if len(self._blocks[key].lines) >= self._most:
                out.append(self._blocks.pop(key).joined())
        return out

    def flush(self, idle_s: float | None) -> list[Entry]:
        """Return blocks that nothing was added to for ``max_wait_time``; with None, all."""
        now = time.monotonic()
        ended = [
            key
            for key, block in self._blocks.items()
            if idle_s is None or now - block.touched >= self._wait_s
        ]
        return [self._blocks.pop(key).joined() for key in ended]

    def held(self) -> list[object]:
        """Return the positions before the blocks."""
        return [block.before for block in self._blocks.values()]

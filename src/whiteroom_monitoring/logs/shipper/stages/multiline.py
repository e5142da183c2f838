"""Lines that belong together become one entry: those after a first one, and parts of one."""

from __future__ import annotations

import time

from whiteroom_monitoring.logs.shipper import durations
from whiteroom_monitoring.logs.shipper.config import CriStage, MultilineStage
from whiteroom_monitoring.logs.shipper.entry import Entry
from whiteroom_monitoring.logs.shipper.expressions import compiled
from whiteroom_monitoring.logs.shipper.stages.stage import Context

PARTIAL_S = 5.0
Key = tuple[tuple[str, str], ...]


class _Block:
    """A first line and those that follow, and the position before it."""

    def __init__(self, entry: Entry, before: object, between: str = "\n") -> None:
        self.entry, self.before, self._between = entry, before, between
        self.lines = [entry.line]
        self.touched = time.monotonic()

    def joined(self) -> Entry:
        """Return the entry of all lines."""
        self.entry.line = self._between.join(self.lines)
        return self.entry


class PartialLines:
    """Joins the lines of a container runtime that are marked as parts, by their labels.

    Parts of which no last one comes within ``PARTIAL_S`` go on as they are.
    """

    def __init__(self, config: CriStage, context: Context) -> None:
        self._config, self._context = config, context
        self._blocks: dict[Key, _Block] = {}

    def process(self, entries: list[Entry]) -> list[Entry]:
        """Return the lines that are complete."""
        out: list[Entry] = []
        for entry in entries:
            key = tuple(entry.labels.items())
            block = self._blocks.get(key)
            if block is None:
                block = self._blocks[key] = _Block(entry, self._context.before, "")
            else:
                block.lines.append(entry.line)
                block.touched = time.monotonic()
            is_part = str(entry.extracted.get("flags", "")).startswith("P")
            if not is_part or len(block.lines) >= self._config.max_partial_lines:
                out.append(self._cut(self._blocks.pop(key).joined()))
        return out

    def _cut(self, entry: Entry) -> Entry:
        most = self._config.max_partial_line_size
        if self._config.max_partial_line_size_truncate and most:
            entry.line = entry.line.encode()[:most].decode(errors="ignore")
        return entry

    def flush(self, idle_s: float | None) -> list[Entry]:
        """Return lines whose last part has not come; with None, all."""
        return _taken(self._blocks, None if idle_s is None else PARTIAL_S)

    def held(self) -> list[object]:
        """Return the positions before the lines."""
        return [block.before for block in self._blocks.values()]


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
        return _taken(self._blocks, None if idle_s is None else self._wait_s)

    def held(self) -> list[object]:
        """Return the positions before the blocks."""
        return [block.before for block in self._blocks.values()]


def _taken(blocks: dict[Key, _Block], wait_s: float | None) -> list[Entry]:
    """Take blocks that nothing was added to for that long; with None, all."""
    now = time.monotonic()
    idle = [k for k, b in blocks.items() if wait_s is None or now - b.touched >= wait_s]
    return [blocks.pop(key).joined() for key in idle]

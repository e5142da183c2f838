"""The head: what was accepted and is in no segment yet, in memory, searchable at once."""

from __future__ import annotations

from whiteroom_monitoring.logs import _native


class Head:
    """Rows of each stream in the order of arrival. One thread adds; any may read."""

    def __init__(self) -> None:
        self.rows: dict[str, _native.Rows] = {}
        self.bytes = 0

    def insert(self, labels: str, batch: _native.Rows) -> _native.Rows:
        """Add the rows that are not here yet; return them."""
        rows = self.rows.get(labels)
        if rows is None:
            rows = _native.Rows()
        before = rows.size_bytes
        fresh = rows.insert(batch)
        self.bytes += rows.size_bytes - before
        self.rows[labels] = rows
        return fresh

    def streams(self) -> list[tuple[str, _native.Rows]]:
        """Return the streams of now; a copy, because others may come meanwhile."""
        return list(self.rows.items())

    def missing(self, labels: str, batch: _native.Rows) -> _native.Rows:
        """Return the rows of a batch that are not here."""
        rows = self.rows.get(labels)
        return batch if rows is None else batch.without(rows, 0, len(rows))

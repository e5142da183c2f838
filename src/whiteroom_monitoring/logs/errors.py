"""What can go wrong in the log store."""

from __future__ import annotations

from whiteroom_monitoring.errors import MonitoringError


class StoreError(MonitoringError):
    """The store's files can't be used."""


class DamagedError(StoreError):
    """A file holds something else than was written; ``place`` says where."""

    def __init__(self, place: str, found: str) -> None:
        self.place, self.found = place, found
        super().__init__(f"{place}: {found}")


class QueryError(MonitoringError):
    """A query can't be answered as asked. Answer it with status 400."""


class BudgetError(QueryError):
    """A query would read more than it may."""

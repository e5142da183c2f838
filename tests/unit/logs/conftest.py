"""A log store in a folder of its own, with a clock that stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support.logs import NOW_NS
from whiteroom_monitoring.logs.limits import Limits
from whiteroom_monitoring.logs.store.store import LogStore

Open = Callable[..., LogStore]


@pytest.fixture
def open_store(tmp_path: Path) -> Iterator[Open]:
    """Open the store of the test's folder; it can be closed and opened again."""
    opened: list[LogStore] = []

    def open_(limits: Limits | None = None, now_ns: int = NOW_NS) -> LogStore:
        store = LogStore(tmp_path / "logs", limits, lambda: now_ns)
        opened.append(store)
        return store

    yield open_
    for store in opened:
        store.close()


@pytest.fixture
def store(open_store: Open) -> LogStore:
    return open_store()

"""The fixture ``whiteroom_metrics``. One line in the topmost ``conftest.py`` turns it on::

    pytest_plugins = ["whiteroom_monitoring.client.testing.pytest_plugin"]

It is no plugin that pytest finds by itself: it would be loaded, and this whole package be marked
for the rewriting of assertions, in each run on a machine that only records metrics.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from whiteroom_monitoring.client.testing import RecordedMetrics, recorded_metrics


@pytest.fixture
def whiteroom_metrics() -> Iterator[RecordedMetrics]:
    """What the test records: ``whiteroom_metrics.assert_increased(songs_created_total)``."""
    with recorded_metrics() as recorded:
        yield recorded

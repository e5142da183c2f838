"""What the tests of a start share."""

from __future__ import annotations

import pytest

from tests.support.offsets import free_offset


@pytest.fixture
def offset() -> int:
    """An offset at which all ports of a stack are free."""
    return free_offset()

"""One browser at the console of the tests."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support.browser import Watched
from whiteroom_monitoring.console import chromium


@pytest.fixture(scope="session")
def only_browser(console: Any) -> Iterator[Watched]:
    """One browser for all tests, at the console of the tests."""
    if not any(map(shutil.which, chromium.NAMES)):
        pytest.skip("Debian's package chromium is not installed")
    with chromium.page() as page:
        yield Watched(page, console.url)


@pytest.fixture
def page(only_browser: Watched) -> Watched:
    """The browser, with nothing left of the test before."""
    only_browser.page.events.clear()
    return only_browser

"""One browser at the console of the tests."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.integration.console.known_lines import KnownLines, push
from tests.integration.console.log_page import Logs
from tests.support.browser import Watched
from tests.support.log_store import RunningStore, running_store
from whiteroom_monitoring.console import chromium

LOG_DASHBOARDS = Path(__file__).parents[1] / "log_dashboards"


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


@pytest.fixture(scope="session")
def log_lines(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[RunningStore, KnownLines]]:
    """A log store with lines of all sources."""
    with running_store(tmp_path_factory.mktemp("logs")) as running:
        yield running, push(running, time.time_ns())


@pytest.fixture(scope="session")
def log_console(
    start_console: Any, backends: Any, log_lines: tuple[RunningStore, KnownLines]
) -> Any:
    """A console on the real servers, the log store among them."""
    return start_console(
        *("--prometheus", backends.prometheus, "--alertmanager", backends.alertmanager),
        *("--loki", f"http://127.0.0.1:{log_lines[0].port}", "--dashboards", str(LOG_DASHBOARDS)),
    )


@pytest.fixture
def logs(page: Any, log_console: Any, log_lines: tuple[RunningStore, KnownLines]) -> Logs:
    """The page of logs; each test opens it anew."""
    return Logs(replace(page, url=log_console.url), *log_lines)

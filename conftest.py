"""Options and fixtures of all tests."""

from __future__ import annotations

import shutil
import signal
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support import durations


@pytest.fixture(scope="session", autouse=True)
def default_segments() -> Iterator[None]:
    """Let examples that name no folder of segments record in one that is removed."""
    folder = tempfile.mkdtemp(prefix="whiteroom-examples-", dir="/dev/shm")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHITEROOM_SEGMENTS", folder)
        yield
    shutil.rmtree(folder)


@pytest.fixture(autouse=True)
def doctest_segments(request: pytest.FixtureRequest) -> Iterator[None]:
    """Give each doctest a folder of segments of its own, in which nobody has recorded."""
    if not isinstance(request.node, pytest.DoctestItem):
        yield
        return
    folder = tempfile.mkdtemp(prefix="whiteroom-doctest-", dir="/dev/shm")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("WHITEROOM_SEGMENTS", folder)
        yield
    shutil.rmtree(folder)


@pytest.fixture
def segments() -> Iterator[Path]:
    """A folder of segments for one test."""
    folder = Path(tempfile.mkdtemp(prefix="whiteroom-test-", dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


def pytest_configure(config: pytest.Config) -> None:
    """Let Ctrl-C reach what tests start, also when they run where it is ignored.

    A shell's background job ignores it, and so would all that it starts.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    durations.register(config)


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--long``."""
    parser.addoption("--long", action="store_true", help="also soaks, drills and kill series")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest. Skip what is marked ``long`` unless it was asked for."""
    durations.longest_first(items)
    if config.getoption("--long"):
        return
    skip = pytest.mark.skip(reason="runs with --long only")
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(skip)

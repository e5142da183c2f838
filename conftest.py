"""Options and fixtures of all tests."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add ``--long``."""
    parser.addoption("--long", action="store_true", help="also soaks, drills and kill series")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what is marked ``long`` unless it was asked for."""
    if config.getoption("--long"):
        return
    skip = pytest.mark.skip(reason="runs with --long only")
    for item in items:
        if item.get_closest_marker("long"):
            item.add_marker(skip)

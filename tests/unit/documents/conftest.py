"""The site, built once for all tests of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring.documents import site


@pytest.fixture(scope="session")
def built_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the site, built of the present pages."""
    folder = tmp_path_factory.mktemp("documents") / "site"
    site.build(folder)
    return folder

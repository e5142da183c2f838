"""Swift's toolchain, and the package as the tests build it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from whiteroom_monitoring.resources import repository_root

Build = Callable[[str], Path]


@pytest.fixture
def segments() -> Iterator[Path]:
    """A fresh folder of segments."""
    folder = Path(tempfile.mkdtemp(prefix="whiteroom-test-", dir="/dev/shm"))
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def root() -> Path:
    """The clone; skips without one or without Swift."""
    clone = repository_root()
    if clone is None:
        pytest.skip("needs a clone")
    if shutil.which("swift") is None:
        pytest.skip("needs Swift: the Swift client and front end are left out")
    return clone


@pytest.fixture(scope="session")
def build(root: Path) -> Build:
    """Return a function that builds a product and returns its program."""

    def run(product: str) -> Path:
        done = subprocess.run(
            ["swift", "build", "-c", "release", "--product", product],
            cwd=root,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        assert "warning:" not in done.stdout + done.stderr
        return root / ".build/release" / product

    return run

"""The fixture, in runs of pytest of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

TESTS = """
from whiteroom_monitoring.client.generated import business

def save(song):
    business.songs_created_total.inc()
    business.feature_usage_total.inc(feature="editor")

def test_a_saved_song_is_counted(whiteroom_metrics):
    save("First Light")
    whiteroom_metrics.assert_increased(business.songs_created_total)

def test_that_fails(whiteroom_metrics):
    save("First Light")
    whiteroom_metrics.assert_increased(business.songs_created_total, 2)
"""


def _run(folder: Path, tests: str, conftest: str) -> str:
    (folder / "test_songs.py").write_text(tests)
    (folder / "conftest.py").write_text(conftest)
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--no-header", folder]
    done = subprocess.run(
        [*command, "-W", "error"], cwd=folder, capture_output=True, text=True, check=False
    )
    return done.stdout + done.stderr


def test_one_line_turns_the_fixture_on(tmp_path: Path) -> None:
    """With the plugin named in conftest.py, what holds passes and what does not fails in words."""
    out = _run(
        tmp_path, TESTS, 'pytest_plugins = ["whiteroom_monitoring.client.testing.pytest_plugin"]\n'
    )
    assert "1 failed, 1 passed" in out
    assert "songs_created_total: expected to increase by 2, found +1" in out
    assert 'feature_usage_total{feature="editor"} +1' in out


def test_a_run_without_it_loads_nothing_of_this_package(tmp_path: Path) -> None:
    """Where nobody has asked for the plugin, no module of the package is imported."""
    out = _run(
        tmp_path,
        "import sys\n"
        "def test_nothing_is_loaded():\n"
        "    loaded = [name for name in sys.modules if name.startswith('whiteroom_monitoring')]\n"
        "    assert loaded == []\n",
        "",
    )
    assert "1 passed" in out

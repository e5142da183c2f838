"""Modules that have moved can be imported by their old names."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path

import pytest

from whiteroom_monitoring._moved import MOVED


@pytest.mark.parametrize("old", MOVED)
def test_old_name_is_the_module_of_the_new_one(old: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """An old name gives the very module of the new name, and a warning that names it."""
    monkeypatch.delitem(sys.modules, old, raising=False)
    with pytest.warns(DeprecationWarning, match=rf"^{old} is now {MOVED[old]}$"):
        moved = importlib.import_module(old)
    assert moved is importlib.import_module(MOVED[old])
    assert moved.__name__ == MOVED[old]


def test_unknown_name_is_no_module() -> None:
    """A name that no module ever had stays a ModuleNotFoundError."""
    with pytest.raises(ModuleNotFoundError):
        importlib.import_module("whiteroom_monitoring.client.asgy")


def test_warning_is_at_the_import(tmp_path: Path) -> None:
    """The warning points at the line that imports the old name."""
    program = tmp_path / "application.py"
    program.write_text("\nfrom whiteroom_monitoring.client.asgi import MetricsApp\n")
    command = [sys.executable, "-W", "always::DeprecationWarning", str(program)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert f"{program}:2: DeprecationWarning: whiteroom_monitoring.client.asgi is" in done.stderr


def test_recording_needs_the_standard_library_alone() -> None:
    """Importing and preparing the client loads no module of another distribution."""
    program = """
import sys
before = set(sys.modules)
from whiteroom_monitoring import client
from whiteroom_monitoring.client import timing, tracing
from whiteroom_monitoring.client.exposition import wsgi
from whiteroom_monitoring.client.generated import business
business.songs_created_total.inc()
client.prepare("business-metrics")
client.close()
loaded = {name.partition(".")[0] for name in set(sys.modules) - before}
print(*sorted(loaded - set(sys.stdlib_module_names)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["whiteroom_monitoring"]

"""The client needs the standard library alone; its small server is an extra."""

from __future__ import annotations

import subprocess
import sys

import pytest

MODULES = ("", ".exposition.asgi", ".exposition.wsgi", ".testing", ".timing")
OURS = {"whiteroom_monitoring", "_editable_skbc_whiteroom_monitoring", "_distutils_hack"}
LOADED = """
import importlib, sys
importlib.import_module("whiteroom_monitoring.client" + sys.argv[1])
files = {name: getattr(module, "__file__", None) or "" for name, module in sys.modules.items()}
print(*{name.partition(".")[0] for name, file in files.items() if "site-packages" in file})
"""
WITHOUT_UVICORN = """
import sys
sys.modules["uvicorn"] = None
import whiteroom_monitoring.client.exposition.server
"""


def _packages(module: str) -> set[str]:
    command = [sys.executable, "-c", LOADED, module]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return set(done.stdout.split()) - OURS


@pytest.mark.parametrize("module", MODULES)
def test_recording_needs_no_other_package(module: str) -> None:
    """What an application records with, and mounts, loads nothing but the standard library."""
    assert _packages(module) == set()


def test_the_small_server_is_seen_to_need_one() -> None:
    """The measure notices a package that is loaded."""
    assert "uvicorn" in _packages(".exposition.server")


def test_the_server_names_its_extra() -> None:
    """Without uvicorn, the error says what to install, and what needs nothing."""
    command = [sys.executable, "-c", WITHOUT_UVICORN]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert "pip install 'whiteroom-monitoring[server]'" in done.stderr

"""The laws of pictures that are saved of a running console."""

from __future__ import annotations

import struct
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from whiteroom_monitoring.console import chromium


def snapshot(console: Any, output: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a user does."""
    command = [sys.executable, "-m", "whiteroom_monitoring", "snapshot", "kinds"]
    where = ["--console", console.url, "--output", str(output)]
    words = [*command, *options, *where]
    return subprocess.run(words, capture_output=True, text=True, check=False, timeout=60)


def test_a_picture_is_of_its_time(page: Any, console: Any, backends: Any, tmp_path: Path) -> None:
    """The same panel at the same time is the same picture; at another time it is another."""
    middle = (backends.start + backends.end) // 2
    times = {
        "one": (backends.start, middle),
        "again": (backends.start, middle),
        "other": (middle, backends.end),
    }
    made = {}
    for name, (start, end) in times.items():
        path = tmp_path / f"{name}.png"
        options = ("--panel", "11", "--from", f"{start}000", "--to", f"{end}000", "--width", "700")
        done = snapshot(console, path, *options)
        assert done.returncode == 0, done.stderr
        made[name] = path.read_bytes()
    assert made["one"][:8] == b"\x89PNG\r\n\x1a\n"
    assert struct.unpack(">I", made["one"][16:20]) == (700,)
    assert made["one"] == made["again"]
    assert made["one"] != made["other"]


@pytest.mark.parametrize(
    ("options", "expected"),
    [(("--var", "channel"), "expected NAME=VALUE"), (("--theme", "pink"), "invalid choice")],
)
def test_wrong_usage_has_status_2(
    console: Any, tmp_path: Path, options: tuple[str, ...], expected: str
) -> None:
    """What can't be meant is said, with status 2, and without a picture."""
    done = snapshot(console, tmp_path / "x.png", *options)
    assert done.returncode == 2
    assert expected in done.stderr
    assert not (tmp_path / "x.png").exists()


def test_without_a_console_it_says_so(page: Any, tmp_path: Path) -> None:
    """Where nothing answers, the address and the reason are said, with status 1."""

    class Nobody:
        url = "http://127.0.0.1:1"

    done = snapshot(Nobody, tmp_path / "x.png")
    assert done.returncode == 1
    assert "127.0.0.1:1" in done.stderr


def test_without_a_browser_the_package_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """A missing browser is a sentence that names the package that brings it."""
    monkeypatch.setattr(chromium, "NAMES", ("no-such-browser",))
    expected = "install Debian's package chromium"
    with pytest.raises(chromium.BrowserError, match=expected), chromium.page():
        raise AssertionError("there is no browser")

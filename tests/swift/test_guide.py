"""The guide for Swift apps shows code that is compiled and run."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

from tests.support.http import get_text
from tests.support.ports import free_port
from tests.support.wait import wait_until

MARK = re.compile(r"^// \[(\w+)\]\n(.*?)^// \[end\]\n", re.M | re.S)
BLOCK = re.compile(r"^<!-- (\w+) -->\n\n```swift\n(.*?)^```\n", re.M | re.S)


def test_the_guide_quotes_the_examples(root: Path) -> None:
    """Every block of code in the guide is the marked part of an example, and each part is shown."""
    parts = {
        name: text
        for path in sorted((root / "examples/swift").glob("*/*.swift"))
        for name, text in MARK.findall(path.read_text())
    }
    shown = dict(BLOCK.findall((root / "docs/tutorials/adopting-swift.md").read_text()))
    assert shown == parts


def test_the_guide_has_no_other_swift(root: Path) -> None:
    """No code in the guide goes untried."""
    text = (root / "docs/tutorials/adopting-swift.md").read_text()
    assert text.count("```swift") == len(BLOCK.findall(text))


def test_the_example_serves_what_it_records(build, segments: Path) -> None:
    """The app of the guide answers a scrape with what its user did."""
    program, port = build("whiteroom-example-app"), free_port()
    environment = {**os.environ, "WHITEROOM_SEGMENTS": str(segments)}
    with subprocess.Popen([program, str(port)], stdin=subprocess.PIPE, env=environment) as app:
        text = _scraped(port)
        app.communicate(b"\n", timeout=10)
    assert 'ui_user_actions_total{action="play"} 1\n' in text
    assert "ui_song_load_duration_seconds_count 1\n" in text
    assert app.returncode == 0


def _scraped(port: int) -> str:
    """Return the metrics, once the app's first action is among them."""

    def recorded() -> str | None:
        text = get_text(f"http://127.0.0.1:{port}/metrics")
        return text if 'action="play"} 1' in text else None

    return wait_until(recorded, 20, "the example records") or ""

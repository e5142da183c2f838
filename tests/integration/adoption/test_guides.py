"""The adoption guides are true: their files are the examples, their commands lead to a graph."""

from __future__ import annotations

import contextlib
import os
import re
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from tests.support.ports import free_port

# A file of a page is a block after its name; commands are blocks of sh.
FILE = re.compile(r"`([\w.]+)`:\n\n```\w+\n(.*?)```", re.DOTALL)
COMMANDS = re.compile(r"```sh\n(.*?)```", re.DOTALL)
GUIDES = {"adopting-python.md": "adopting_python", "adopting-cpp.md": "adopting_cpp"}

# A reader waits a moment before looking; so do these.
PATIENCE = """
set -euo pipefail
again() { for _ in $(seq 120); do out=$("$@") && [ -n "$out" ] && break; sleep 0.25; done; }
curl() { again command curl "$@" && printf '%s\\n' "$out"; }
promtool() { again command promtool "$@" && [ -n "$out" ] && printf '%s\\n' "$out"; }
"""


def page_of(guide: str) -> str:
    return (ROOT / "docs/tutorials" / guide).read_text()


def run_page(page: str, folder: Path, variables: Mapping[str, str]) -> tuple[int, str]:
    """Write the files of a page, run its commands, and end what they have started."""
    for name, content in FILE.findall(page):
        (folder / name).write_text(content)
    script = PATIENCE + "".join(COMMANDS.findall(page))
    with (folder / "out").open("w+") as out:
        shell = subprocess.Popen(
            ["nice", "bash", "-c", script],
            cwd=folder,
            env=variables,
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            status = shell.wait(200)
        finally:
            with contextlib.suppress(ProcessLookupError):  # nothing was left running
                os.killpg(shell.pid, signal.SIGTERM)
        out.seek(0)
        return status, out.read()


def on_free_ports(page: str) -> str:
    """Let a page's servers listen elsewhere, and its clone be this one."""
    for port in re.findall(r"127\.0\.0\.1:(\d+)", page):
        page = re.sub(rf"\b{port}\b", str(free_port()), page)
    return page.replace("~/white-room-monitoring", str(ROOT))


@pytest.mark.parametrize("guide", GUIDES)
def test_the_files_of_a_guide_are_the_examples(guide: str) -> None:
    """Each file of the page is in its folder of examples, letter by letter, and no other is."""
    folder = ROOT / "examples" / GUIDES[guide]
    quoted = dict(FILE.findall(page_of(guide)))
    assert quoted == {path.name: path.read_text() for path in folder.iterdir() if path.is_file()}


def test_a_changed_page_is_noticed() -> None:
    """A letter more in the page is a difference to the example."""
    page = page_of("adopting-python.md").replace("time.sleep(0.05)", "time.sleep(0.5)")
    example = ROOT / "examples" / "adopting_python" / "songs.py"
    assert dict(FILE.findall(page))["songs.py"] != example.read_text()


@pytest.mark.parametrize("guide", GUIDES)
def test_every_block_of_a_guide_is_a_file_or_is_run(guide: str) -> None:
    """No block of a page escapes the tests."""
    page = page_of(guide)
    blocks = page.count("```") // 2
    assert len(FILE.findall(page)) + len(COMMANDS.findall(page)) == blocks


@pytest.mark.parametrize(
    ("guide", "between"), [("adopting-python.md", (0.5, 25)), ("adopting-cpp.md", (0.0004, 0.1))]
)
def test_a_guide_leads_to_the_first_graph(
    environment_in, tmp_path: Path, segments: Path, guide: str, between: tuple[float, float]
) -> None:
    """Line by line the page ends with a value from a real Prometheus that can be true."""
    made = environment_in(tmp_path)
    variables = {**made.variables, "WHITEROOM_SEGMENTS": str(segments)}
    status, out = run_page(on_free_ports(page_of(guide)), tmp_path, variables)
    assert status == 0, out
    (value,) = re.findall(r"=> ([\d.e-]+) @\[", out)
    assert between[0] <= float(value) <= between[1]
    assert ("1 passed" in out) == ("python" in guide)


@pytest.mark.parametrize("command", ["false", "curl -s http://127.0.0.1:9/ | grep songs || false"])
def test_a_command_that_fails_fails_its_page(tmp_path: Path, command: str) -> None:
    """A page is not true when one of its commands fails."""
    page = f"```sh\n{command}\n```\n\n```sh\ntrue\n```\n".replace("curl", "command curl")
    assert run_page(page, tmp_path, os.environ)[0] != 0

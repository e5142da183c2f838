"""Drills in a real copy of the stack: a real fault, real pages, and their resolutions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.offsets import free_offset
from tests.support.projects import copied_white_room

# Of one run: some 30 s on a machine that has nothing else to do.
WITHIN_S = 600
LIGHT = ("--without-app", "--without", "cadvisor", "--without", "segment-exporter")


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A folder for reports."""
    yield tmp_path / "report"
    shutil.rmtree(tmp_path, ignore_errors=True)


def drill(folder: Path, *options: str, temporary: Path | None = None) -> tuple[int, dict[str, Any]]:
    """Run drills and return their exit status and their JSON."""
    words = [sys.executable, "-m", "whiteroom_monitoring", "drill", "--json", "--no-record"]
    place = ["--port-offset", str(free_offset()), "--report", str(folder)]
    environment = dict(os.environ) | ({"TMPDIR": str(temporary)} if temporary else {})
    done = subprocess.run(
        [*words, *place, *options],
        capture_output=True,
        text=True,
        check=False,
        timeout=WITHIN_S,
        env=environment,
    )
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_a_real_fault_reaches_its_pager(folder: Path) -> None:
    """A stopped server pages with each field as declared, is resolved, and nothing else fires."""
    options = (*LIGHT, "--scenario", "log-store-stopped")
    with tempfile.TemporaryDirectory() as temporary:
        # Others have to get to the copy within it.
        Path(temporary).chmod(0o711)
        status, answer = drill(folder, *options, temporary=Path(temporary))
        assert list(Path(temporary).iterdir()) == []
    checks = {check["id"]: check for check in answer["checks"]}
    page = checks["ServiceDown (logs)"]
    assert page["state"] == "ok", page
    assert page["seen"].startswith("real fault, paged after ")
    assert checks["silence (log-store-stopped)"]["state"] == "ok", checks
    assert status == 0
    assert {path.name for path in folder.iterdir()} == {
        "history.jsonl",
        "drills.html",
        "drills.junit.xml",
    }


@pytest.mark.long
def test_a_page_that_is_not_as_declared_fails(folder: Path, tmp_path: Path) -> None:
    """A drill fails when a route leads elsewhere, and names the page that did not arrive."""
    configuration = copied_white_room(tmp_path / "project")
    routes = configuration / "infrastructure/monitoring/alertmanager/alertmanager.yml"
    text = routes.read_text()
    assert 'receiver: pagerduty-critical\n      matchers: [priority="P0"]' in text
    routes.write_text(
        text.replace(
            'receiver: pagerduty-critical\n      matchers: [priority="P0"]',
            'receiver: slack-ops\n      matchers: [priority="P0"]',
        )
    )
    place = ("--project", str(configuration))
    status, answer = drill(folder, *place, *LIGHT, "--scenario", "log-store-stopped")
    page = next(c for c in answer["checks"] if c["id"] == "ServiceDown (logs)")
    problems = [d["problem"] for d in page["diagnostics"]]
    assert (status, page["state"]) == (1, "failed")
    assert "pager-critical: no firing message arrived" in problems


# Kept on purpose: a page that is never said to be over, and an alert that waits for ever.
BREAKS = (
    "receiver: pagerduty-critical, pagerduty: send_resolved",
    "rule: ServiceDown: for 1m",
)


def score(*options: str) -> tuple[int, dict[str, Any]]:
    """Break the chain of a copy, and return the exit status and the JSON."""
    words = [sys.executable, "-m", "whiteroom_monitoring", "mutate", "--chain", "--json"]
    done = subprocess.run(
        [*words, "--port-offset", str(free_offset()), *options],
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    return done.returncode, json.loads(done.stdout)


def test_breaks_of_the_chain_make_a_drill_fail(tmp_path: Path) -> None:
    """Each of two breaks fails a drill that passes without it, and what is known is kept."""
    kept = tmp_path / "breaks.jsonl"
    options = (*LIGHT, "--record", str(kept), *BREAKS)
    status, document = score(*options)
    assert document["undecided"] == []
    assert document["survivors"] == []
    assert (status, document["mutants"]) == (0, len(BREAKS)), document
    again = score(*options)[1]
    assert again["caught"] == len(BREAKS)
    # Nothing was drilled again.
    assert len(kept.read_text().splitlines()) == len(BREAKS)


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_the_drills_notice_breaks_of_the_chain(tmp_path: Path) -> None:
    """Of 60 seeded breaks of every part of the chain, 95 % make a drill fail."""
    status, document = score("--record", str(tmp_path / "breaks.jsonl"))
    assert (status, document["undecided"]) == (0, []), document["survivors"]

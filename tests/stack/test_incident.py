"""An incident in a real copy of the stack, answered by a scripted person; and by two."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.offsets import free_offset
from tests.support.projects import copied_white_room
from tests.support.wait import wait_until

LIGHT = ("--without-app", "--without", "cadvisor", "--without", "segment-exporter")
WITHIN_S = 180
# That no incident of the reference app has, so that it needs none: the stack's own log store.
INCIDENT = """\
title = "No logs"
report = "Nobody sees any line of the logs."
scenario = "log-store-stopped"
cause = "The log store was stopped."
repair = "start-log-store"
does = "starts the log store"
"""


class Person:
    """Somebody at a terminal, who reads what is printed and types."""

    def __init__(self, *options: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "whiteroom_monitoring", "drill", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.text = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        with self._process.stdout as stream:
            for line in stream:
                self.text += line

    def sees(self, text: str) -> re.Match[str]:
        """Wait until something is printed."""
        return wait_until(lambda: re.search(text, self.text), WITHIN_S, lambda: self.text)

    def types(self, line: str, answer: str) -> None:
        """Type a line, and wait for its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        self.sees(answer)

    def ends(self) -> int:
        """Leave, and return the exit status."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        status = self._process.wait(WITHIN_S)
        self._reader.join()
        return status

    def stop(self) -> None:
        """End what a failed test has left."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        if self._process.poll() is None:
            self._process.terminate()
            self._process.wait(WITHIN_S)
        self._reader.join()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """White Room with an incident of the stack itself."""
    root = copied_white_room(tmp_path / "project")
    path = root / "infrastructure/monitoring/drills/incidents/no-logs.toml"
    path.write_text(INCIDENT)
    return root


@pytest.fixture
def people() -> Iterator[list[Person]]:
    """Those who take part; whoever is still there at the end leaves."""
    present: list[Person] = []
    yield present
    for person in reversed(present):
        person.stop()


def test_two_people_answer_an_incident(project: Path, people: list[Person], tmp_path: Path) -> None:
    """Paged, acknowledged, a wrong repair, the right one, resolved: each is on the time line with
    its role, the promise is kept, the cause is told only afterwards, and a post-mortem is begun."""
    folder = tmp_path / "report"
    options = ("--project", str(project), *LIGHT, "--report", str(folder))
    place = ("--port-offset", str(free_offset()))
    lead = Person("--incident", "no-logs", "--role", "lead", *options, *place)
    people.append(lead)
    socket = lead.sees(r"--join (\S+) --role hands")[1]
    lead.sees(r"fault: Nobody sees any line")
    hands = Person("--join", socket, "--role", "hands")
    people.append(hands)
    lead.sees(r"paged: pagerduty: P0: ")
    lead.types("acknowledge", "nobody else is woken")
    lead.types("mend start-log-store", "mend is for the hands")
    hands.types("note the store does not answer", "noted")
    hands.types("mend start-cache", "nothing has changed")
    hands.types("mend start-log-store", "see whether the alert ends")
    lead.sees("ended: the alert has ended")
    lead.types("resolve", "`done` ends the exercise")
    assert "The log store was stopped." not in lead.text
    lead.types("done", "the exercise ends")
    assert (lead.ends(), hands.ends()) == (0, 0), lead.text
    assert "The cause: The log store was stopped." in lead.text
    (kept,) = folder.glob("incident-no-logs-*.json")
    timeline = json.loads(kept.read_text())["timeline"]
    assert [(e["what"], e["who"]) for e in timeline if e["who"] != "system"] == [
        ("acknowledged", "lead"),
        ("note", "hands"),
        ("wrong repair", "hands"),
        ("mended", "hands"),
        ("resolved", "lead"),
    ]
    (post_mortem,) = folder.glob("post-mortem-no-logs-*.md")
    text = post_mortem.read_text()
    assert text.startswith("# Post-mortem: ServiceDown, ")
    assert "1. The log store was stopped." in text


def test_an_incident_that_nobody_answers_is_not_passed(
    project: Path, people: list[Person], tmp_path: Path
) -> None:
    """Whoever leaves at once has kept no promise, and the copy is gone."""
    options = ("--project", str(project), *LIGHT, "--report", str(tmp_path / "report"))
    one = Person("--incident", "no-logs", *options, "--port-offset", str(free_offset()))
    people.append(one)
    one.sees("paged: pagerduty: P0: ")
    assert one.ends() == 1, one.text
    assert "nobody acknowledged" in one.text

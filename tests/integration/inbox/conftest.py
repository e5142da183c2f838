"""A running inbox of its own for one test: free ports, a new folder, real signals."""

from __future__ import annotations

import http.client
import json
import re
import shutil
import signal
import smtplib
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ANNOUNCEMENT = re.compile(r"serving http://127\.0\.0\.1:(\d+)/ and mail on 127\.0\.0\.1:(\d+)")
DEADLINE_S = 20


@dataclass
class RunningInbox:
    """One process of ``whiteroom inbox``; ``output`` is what follows its first line."""

    process: subprocess.Popen[str]
    port: int
    smtp_port: int

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers (names in lower case) and body of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, named, answer.read()
        finally:
            connection.close()

    def get(self, path: str) -> Any:
        """Return the JSON that ``path`` answers."""
        status, _, body = self.ask("GET", path)
        assert status == 200, body
        return json.loads(body)

    def post(self, path: str, content: object) -> tuple[int, bytes]:
        """Post ``content`` as JSON and return status and body of the answer."""
        kind = {"Content-Type": "application/json"}
        status, _, body = self.ask("POST", path, json.dumps(content).encode(), kind)
        return status, body

    def mail(self, source: bytes, recipient: str = "ops@whiteroom.example") -> None:
        """Send a mail. Raises smtplib.SMTPException when it is refused."""
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=DEADLINE_S) as sender:
            sender.sendmail("alertmanager@whiteroom.example", [recipient], source)

    def titles(self, query: str = "") -> list[str]:
        """Return the titles of the messages, newest first."""
        return [message["title"] for message in self.get(f"/api/messages{query}")["messages"]]

    def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and return the exit status."""
        self.process.send_signal(number)
        return self.process.wait(DEADLINE_S)


Start = Callable[..., RunningInbox]


@pytest.fixture
def command(tmp_path: Path) -> Iterator[list[str]]:
    """The command line of an inbox on free ports."""
    segments = Path(tempfile.mkdtemp(prefix="whiteroom-test-", dir="/dev/shm"))
    yield [
        *(sys.executable, "-m", "whiteroom_monitoring", "inbox", "--port", "0"),
        *("--smtp-port", "0", "--data", str(tmp_path / "inbox"), "--segments", str(segments)),
    ]
    shutil.rmtree(segments)


@pytest.fixture
def start(command: list[str]) -> Iterator[Start]:
    """Start an inbox; each has the same data folder. All are stopped when the test ends."""
    started: list[subprocess.Popen[str]] = []

    def run() -> RunningInbox:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        ports = ANNOUNCEMENT.search(line)
        assert ports, f"no address in {line!r}"
        return RunningInbox(process, int(ports[1]), int(ports[2]))

    yield run
    for process in started:
        process.kill()
        process.communicate(timeout=DEADLINE_S)


@pytest.fixture
def inbox(start: Start) -> RunningInbox:
    return start()

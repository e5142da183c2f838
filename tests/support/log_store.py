"""A process of ``whiteroom log-store`` for one test, asked by HTTP."""

from __future__ import annotations

import contextlib
import http.client
import json
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

_ADDRESS = re.compile(r"serving http://127\.0\.0\.1:(\d+)/")
DEADLINE_S = 30
JSON = {"Content-Type": "application/json"}


@dataclass
class RunningStore:
    """One process, and what it has printed before it served."""

    process: subprocess.Popen[str]
    port: int
    printed: list[str]

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> tuple[int, dict[str, str], bytes]:
        """Return status, headers (names in lower case) and body of the answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=DEADLINE_S)
        try:
            connection.request(method, path, body, dict(headers or {}))
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return answer.status, named, answer.read()
        finally:
            connection.close()

    def push(self, labels: Mapping[str, str], values: Sequence[Sequence[Any]]) -> int:
        """Push lines as JSON, and return the status."""
        content = {"streams": [{"stream": labels, "values": values}]}
        return self.ask("POST", "/loki/api/v1/push", json.dumps(content).encode(), JSON)[0]

    def lines(self, query: str, **parameters: object) -> list[tuple[str, str]]:
        """Return time and text of the lines that a query finds."""
        words = urlencode({"query": query, "limit": 5000, "direction": "forward", **parameters})
        status, _, body = self.ask("GET", f"/loki/api/v1/query_range?{words}")
        assert status == 200, body
        streams = json.loads(body)["data"]["result"]
        return sorted((v[0], v[1]) for stream in streams for v in stream["values"])


@contextlib.contextmanager
def running_store(folder: Path, *words: str) -> Iterator[RunningStore]:
    """Start a store in a folder, and end it by SIGKILL."""
    segments = Path(tempfile.mkdtemp(prefix="whiteroom-test-", dir="/dev/shm"))
    command = [
        *(sys.executable, "-m", "whiteroom_monitoring", "log-store", "--port", "0"),
        *("--data", str(folder), "--segments", str(segments), *words),
    ]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        printed: list[str] = []
        for line in process.stdout:
            if address := _ADDRESS.search(line):
                yield RunningStore(process, int(address[1]), printed)
                break
            printed.append(line)
        else:
            raise AssertionError(f"the store has ended: {printed}")
    finally:
        process.kill()
        process.communicate()
        shutil.rmtree(segments)

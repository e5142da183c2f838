"""Lines that a target has refused for good, kept with its answer."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import orjson

MAX_BYTES = 64 * 1024 * 1024


class DeadLetters:
    """A file of JSON lines, and the one before it; what is older is removed."""

    def __init__(self, path: Path, max_bytes: int = MAX_BYTES) -> None:
        self.path, self._max_bytes = path, max_bytes

    def add(self, url: str, status: str, answer: str, streams: Sequence[Any]) -> None:
        """Append lines, and wait for the disk. Raises OSError.

        A ``status`` of HTTP is written as a number.
        """
        code = int(status) if status.isdecimal() else status
        refused = {"url": url, "status": code, "answer": answer[:2000], "at": time.time()}
        text = b"".join(
            _encoded({**refused, "stream": stream["stream"], "value": value}) + b"\n"
            for stream in streams
            for value in stream["values"]
        )
        if self.path.exists() and self.path.stat().st_size + len(text) > self._max_bytes:
            os.replace(self.path, self.path.with_name(f"{self.path.name}.1"))
        descriptor = os.open(
            self.path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600
        )
        try:
            view = memoryview(text)
            while view:
                view = view[os.write(descriptor, view) :]
            os.fdatasync(descriptor)
        finally:
            os.close(descriptor)


def _encoded(letter: dict[str, Any]) -> bytes:
    try:
        return orjson.dumps(letter)
    except TypeError:
        # What is no UTF-8 is the reason for which it is here.
        return json.dumps(letter, default=str).encode()

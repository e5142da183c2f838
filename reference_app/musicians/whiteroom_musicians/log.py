"""What the program says: JSON lines, or a text that a person reads at a terminal."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TextIO


class Log:
    """Writes lines to ``stream``."""

    def __init__(self, stream: TextIO, as_json: bool) -> None:
        self._stream = stream
        self._as_json = as_json

    def say(self, level: str, message: str, **fields: object) -> None:
        """Write one line; ``level`` is info or warning."""
        now = datetime.now(UTC)
        if self._as_json:
            time = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            line = json.dumps({"time": time, "level": level, "message": message, **fields})
        else:
            details = "  ".join(f"{name}={value}" for name, value in fields.items())
            line = f"{now.astimezone():%H:%M:%S} {message}  {details}".rstrip()
        print(line, file=self._stream, flush=True)

"""What the program says: JSON lines, or a text that a person reads at a terminal."""

from __future__ import annotations

import json
import sys
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

# By these words, a line at the level critical is taken for that of a crash.
UNCAUGHT = "Traceback (most recent call last): nobody has caught an exception"


class Log:
    """Writes lines to ``stream``."""

    def __init__(self, stream: TextIO, as_json: bool) -> None:
        self._stream = stream
        self._as_json = as_json

    def say(self, level: str, message: str, **fields: object) -> None:
        """Write one line; ``level`` is info, warning or critical."""
        now = datetime.now(UTC)
        if self._as_json:
            time = now.isoformat(timespec="milliseconds").replace("+00:00", "Z")
            line = json.dumps({"time": time, "level": level, "message": message, **fields})
        else:
            details = "  ".join(f"{name}={value}" for name, value in fields.items())
            line = f"{now.astimezone():%H:%M:%S} {message}  {details}".rstrip()
        print(line, file=self._stream, flush=True)

    def uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Write what ends the process, as `sys.excepthook` is told it."""
        if not self._as_json:
            sys.__excepthook__(kind, error, trace)
            return
        frames = traceback.extract_tb(trace)
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        self.say("critical", UNCAUGHT, exception=kind.__qualname__, trace=places)

"""What the backend says: one JSON object for each line, and never what belongs to a person."""

from __future__ import annotations

import contextlib
import json
import logging
import traceback
from datetime import UTC, datetime
from types import TracebackType
from typing import TextIO

# By these words, a line at the level critical is taken for that of a crash.
UNCAUGHT = "Traceback (most recent call last): nobody has caught an exception"


class Log:
    """Writes lines to ``stream``; a stream that is closed or full loses them."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def say(self, level: str, message: str, **fields: object) -> None:
        """Write one line; ``level`` is info, warning, error or critical."""
        time = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        line = json.dumps({"time": time, "level": level, "message": message, **fields})
        with contextlib.suppress(OSError, ValueError):
            print(line, file=self._stream, flush=True)

    def failed(
        self, message: str, error: BaseException, level: str = "error", **fields: object
    ) -> None:
        """Write where ``error`` was raised, but not its text: that may quote what a user sent."""
        frames = traceback.extract_tb(error.__traceback__)
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]
        self.say(level, message, exception=type(error).__qualname__, trace=places, **fields)

    def uncaught(
        self, kind: type[BaseException], error: BaseException, trace: TracebackType | None
    ) -> None:
        """Write what ends the process, as `sys.excepthook` is told it."""
        del kind
        self.failed(UNCAUGHT, error.with_traceback(trace), "critical")


class Bridge(logging.Handler):
    """Brings what libraries log into the same stream."""

    def __init__(self, log: Log) -> None:
        super().__init__(logging.WARNING)
        self._log = log

    def emit(self, record: logging.LogRecord) -> None:
        """Write the message; of an exception, only where it was raised."""
        if record.exc_info and record.exc_info[1]:
            self._log.failed(record.name, record.exc_info[1])
        else:
            level = "error" if record.levelno >= logging.ERROR else "warning"
            self._log.say(level, record.getMessage(), library=record.name)


def bridge(log: Log) -> None:
    """Send the warnings of all libraries to ``log``, but psycopg's: ``Database`` says these."""
    logging.basicConfig(handlers=[Bridge(log)], level=logging.WARNING, force=True)
    logging.getLogger("psycopg").setLevel(logging.CRITICAL)

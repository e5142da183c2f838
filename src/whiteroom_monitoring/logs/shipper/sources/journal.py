"""The systemd journal, as `journalctl --output=json` tells it, from the cursor acknowledged last.

Source: https://systemd.io/JOURNAL_EXPORT_FORMATS/ and journalctl(1).
"""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import orjson

from whiteroom_monitoring.logs.shipper import durations, line_counts
from whiteroom_monitoring.logs.shipper.config import Journal, ScrapeConfig
from whiteroom_monitoring.logs.shipper.entry import Clock
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.positions import Positions
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources.stream_source import Line, StreamSource

AGAIN_S = 5.0
# Where journald keeps what it has, for good or until the machine ends.
FOLDERS = ("/var/log/journal", "/run/log/journal")
_PRIORITIES = ("emerg", "alert", "crit", "error", "warning", "notice", "info", "debug")
_NUMBER = re.compile(r"(?:^|;)i=([0-9a-f]+)")


class JournalReader:
    """Follows the journal for one target; begins again where journalctl has ended."""

    def __init__(
        self,
        job: ScrapeConfig,
        journal: Journal,
        relabeling: Relabeling,
        positions: Positions,
        make_pipeline: Callable[[Clock], Pipeline],
    ) -> None:
        self._journal, self._relabeling = journal, relabeling
        self.source = StreamSource(
            f"journal:{job.job_name}", job.job_name, make_pipeline, positions
        )
        threading.Thread(target=self._run, name=self.source.name, daemon=True).start()

    def _command(self, cursor: str) -> list[str]:
        command = ["journalctl", "--output=json", "--follow", "--no-tail", "--all", "--quiet"]
        if cursor:
            command.append(f"--after-cursor={cursor}")
        else:
            age_s = durations.seconds(self._journal.max_age)
            command.append(f"--since=@{int(time.time() - age_s)}")
        if self._journal.path:
            command.append(f"--directory={self._journal.path}")
        return [*command, *self._journal.matches.split()]

    def _run(self) -> None:
        cursor = self.source.state.cursor
        if not cursor:
            line_counts.ignore_before(self.source.job, time.time_ns())
        while not self.source.stopped.is_set():
            if shutil.which("journalctl") and Path(self._journal.path or "/").is_dir():
                try:
                    cursor = self._follow(cursor)
                except OSError as error:
                    self.source.problems.tell(str(error))
            self.source.stopped.wait(AGAIN_S)

    def _follow(self, cursor: str) -> str:
        """Put entries until journalctl ends; return the cursor of the last one."""
        folders = self._folders()
        with (
            tempfile.TemporaryFile() as errors,
            subprocess.Popen(
                self._command(cursor), stdout=subprocess.PIPE, stderr=errors
            ) as process,
        ):
            assert process.stdout is not None
            waiter = threading.Thread(target=self._end, args=(process, folders), daemon=True)
            waiter.start()
            for raw in process.stdout:
                try:
                    entry = orjson.loads(raw)
                    line = self._line(entry)
                    next_cursor = str(entry["__CURSOR"])
                except (ValueError, KeyError, TypeError, AttributeError) as error:
                    self.source.problems.tell(f"an entry can't be read: {error}: {raw[:200]!r}")
                    continue
                if line is not None and not self.source.put(line):
                    break
                cursor = next_cursor
            process.kill()
            if not self.source.stopped.is_set() and self._folders() == folders:
                errors.seek(0)
                text = errors.read(2000).decode(errors="replace").strip()
                self.source.problems.tell(f"journalctl has ended: {text}")
        return cursor

    def _end(self, process: subprocess.Popen[bytes], folders: Collection[str]) -> None:
        """End journalctl where it is to, or a journal has come that it does not follow."""
        while process.poll() is None and not self.source.stopped.wait(0.5):
            if self._folders() != folders:
                break
        process.kill()

    def _folders(self) -> Collection[str]:
        """Return the folders of journals: journalctl follows those that are there at its start."""
        folders = set()
        for place in (self._journal.path,) if self._journal.path else FOLDERS:
            with contextlib.suppress(OSError), os.scandir(place) as entries:
                folders |= {entry.path for entry in entries if entry.is_dir()}
        return folders

    def _line(self, entry: Mapping[str, Any]) -> Line | None:
        fields = {name: _text(value) for name, value in entry.items()}
        labels = {f"__journal_{name.lower()}": value for name, value in fields.items()}
        priority = fields.get("PRIORITY", "")
        if priority.isdigit() and int(priority) < len(_PRIORITIES):
            labels["__journal_priority_keyword"] = _PRIORITIES[int(priority)]
        kept = self._relabeling.apply({**labels, **self._journal.labels})
        if kept is None or ("MESSAGE" not in fields and not self._journal.json):
            return None
        text = orjson.dumps(fields).decode() if self._journal.json else fields["MESSAGE"]
        number = _NUMBER.search(fields["__CURSOR"])
        # The journal counts its entries; its time is in microseconds.
        place = int(number[1], 16) if number else 0
        return Line(text, kept, place, fields["__CURSOR"], _time_us(fields) * 1000)


def _time_us(fields: Mapping[str, str]) -> int:
    """Return when an entry was written. The kernel's have waited for a journald that began later.

    >>> entry = {"__REALTIME_TIMESTAMP": "1000900", "__MONOTONIC_TIMESTAMP": "900"}
    >>> kernel = {**entry, "_TRANSPORT": "kernel", "_SOURCE_MONOTONIC_TIMESTAMP": "5"}
    >>> _time_us(entry), _time_us(kernel)
    (1000900, 1000005)
    """
    time_us = int(fields["__REALTIME_TIMESTAMP"])
    begun, read = fields.get("_SOURCE_MONOTONIC_TIMESTAMP"), fields.get("__MONOTONIC_TIMESTAMP")
    if fields.get("_TRANSPORT") != "kernel" or begun is None or read is None:
        return time_us
    return time_us - max(0, int(read) - int(begun))


def _text(value: object) -> str:
    """Return a field as text; what is no UTF-8 comes as a list of bytes, what is twice as a list.

    >>> _text([104, 105]), _text(["a", "b"])
    ('hi', 'a')
    """
    if isinstance(value, list):
        if value and all(isinstance(item, int) for item in value):
            return bytes(value).decode(errors="replace")
        return _text(value[0]) if value else ""
    return "" if value is None else str(value)

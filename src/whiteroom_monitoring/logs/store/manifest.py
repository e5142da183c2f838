"""The manifest: which segments count, which write-ahead logs are still needed, and the streams.

It is one file that is replaced as a whole: a line with the CRC-32 of the JSON that follows it.
"""

from __future__ import annotations

import json
import zlib
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from whiteroom_monitoring.logs.errors import DamagedError, StoreError
from whiteroom_monitoring.logs.store import durable
from whiteroom_monitoring.logs.store.segment import SegmentInfo

NAME = "manifest.json"
VERSION = 1


@dataclass(frozen=True)
class Deletion:
    """Lines that ``query`` finds in [start, end] leave the answers, and then the disk."""

    id: str
    query: str
    start_ns: int
    end_ns: int
    created_s: float
    status: str = "received"


@dataclass
class Manifest:
    """``wal`` is the first write-ahead log that holds what no segment has."""

    wal: int = 1
    next_segment: int = 1
    segments: list[SegmentInfo] = field(default_factory=list)
    newest_ns: dict[str, int] = field(default_factory=dict)
    deletions: list[Deletion] = field(default_factory=list)

    def write(self, folder: Path) -> None:
        """Replace the file in ``folder``."""
        content: dict[str, Any] = {"version": VERSION, **asdict(self)}
        text = json.dumps(content, separators=(",", ":")).encode()
        durable.create(folder / NAME, b"%08x\n%s\n" % (zlib.crc32(text), text))


def read(folder: Path) -> Manifest | None:
    """Return the manifest of a folder; None where there is none. Raises StoreError."""
    path = folder / NAME
    try:
        checksum, _, text = path.read_bytes().partition(b"\n")
    except FileNotFoundError:
        return None
    text = text.rstrip(b"\n")
    if checksum != b"%08x" % zlib.crc32(text):
        raise DamagedError(str(path), "another checksum than was written")
    content = json.loads(text)
    version = content.pop("version")
    if version != VERSION:
        raise StoreError(f"{path}: version {version}; this program reads version {VERSION}")
    content["segments"] = [SegmentInfo(**segment) for segment in content["segments"]]
    content["deletions"] = [Deletion(**deletion) for deletion in content["deletions"]]
    return Manifest(**content)

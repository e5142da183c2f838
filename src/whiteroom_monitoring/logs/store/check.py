"""Verifies the files of a store, read by read: what is damaged, and what is whole."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from whiteroom_monitoring.logs.errors import DamagedError, StoreError
from whiteroom_monitoring.logs.store import manifest, wal
from whiteroom_monitoring.logs.store.segment import Segment, SegmentInfo


@dataclass
class Report:
    """What is there, and what of it is damaged."""

    segments: int = 0
    blocks: int = 0
    rows: int = 0
    bytes: int = 0
    wal_records: int = 0
    problems: list[str] = field(default_factory=list)

    def shown(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return asdict(self)


def verify(folder: Path) -> Report:
    """Return what is wrong in a folder of logs. Raises StoreError when there is none."""
    contents = manifest.read(folder)
    if contents is None:
        raise StoreError(f"{folder}: no {manifest.NAME}; expected the folder of a log store")
    report = Report()
    for info in contents.segments:
        _verify_segment(folder, info, report)
    paths = [p for p in sorted(folder.glob("*" + wal.SUFFIX)) if int(p.stem) >= contents.wal]
    for path in paths:
        for body in wal.read(path, lambda error: report.problems.append(str(error))):
            report.rows += sum(len(rows) for _, rows in wal.decode(body))
            report.wal_records += 1
    return report


def _verify_segment(folder: Path, info: SegmentInfo, report: Report) -> None:
    report.segments += 1
    try:
        segment = Segment(folder, info)
        report.blocks += len(segment.blocks)
        report.problems += [str(error) for error in segment.verify()]
    except (DamagedError, OSError) as error:
        report.problems.append(str(error))
        return
    report.rows += info.rows
    report.bytes += info.size

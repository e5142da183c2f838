"""What `up` has written down of the running stack, for `status`, `verify` and `down`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field

from whiteroom_monitoring.deploy.paths import StackPaths

_NAME = "stack.json"


@dataclass(frozen=True)
class Record:
    """How the stack was started. ``versions`` are those of the components, by name;
    ``left_out`` says why others are not there."""

    with_app: bool
    without_restart: list[str] = field(default_factory=list)
    versions: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)


def write(paths: StackPaths, record: Record) -> None:
    """Write the record; a reader sees the one before or this one, never a part."""
    temporary = paths.run / f".{_NAME}.new"
    temporary.write_text(json.dumps(asdict(record), indent=2), encoding="utf-8")
    temporary.replace(paths.run / _NAME)


def read(paths: StackPaths) -> Record | None:
    """Return the record, or None when nothing was started or the file is damaged."""
    try:
        return Record(**json.loads((paths.run / _NAME).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return None


def remove(paths: StackPaths) -> None:
    """Forget the record."""
    (paths.run / _NAME).unlink(missing_ok=True)

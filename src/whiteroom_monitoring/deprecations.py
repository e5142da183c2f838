"""Old names that keep working: each use names the new one, once per run, on standard error."""

from __future__ import annotations

import sys

_named: set[str] = set()


def name_once(kind: str, old: str, new: str) -> None:
    """Print that the ``kind`` of thing named ``old`` is now named ``new``, once per run."""
    notice = f"{kind} `{old}` is now `{new}`"
    if notice not in _named:
        _named.add(notice)
        print(f"whiteroom: {notice}", file=sys.stderr)

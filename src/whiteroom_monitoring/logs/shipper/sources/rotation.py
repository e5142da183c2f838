"""Where the lines of a file may be after it was rotated."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

_ROTATED = re.compile(r"(?:[.-](?:\d[\dTZ._:-]*|old|prev|bak|\d+))?(?:\.(?:gz|bz2|xz|zst))?")
_NUMBERED = re.compile(r"[.-]?\d[\dTZ._:-]*$")


def rotated(path: str, real: str) -> Iterator[str]:
    """Yield the files beside a file that may be its former selves, compressed or not.

    Their names are its own with a number, a date or a word that rotation appends, or have a number
    or a date before the last suffix. Where ``path`` is a link, ``real`` is what it has led to.
    """
    yielded: set[str] = set()
    for place in dict.fromkeys((path, real)):
        folder, name = os.path.split(place)
        names = {name, _NUMBERED.sub("", name)} - {""}
        try:
            siblings = sorted(os.listdir(folder or "."))
        except OSError:
            continue
        for other in siblings:
            candidate = os.path.join(folder, other)
            is_rotated = any(_is_rotated(other, own) for own in names)
            if is_rotated and candidate not in yielded and os.path.isfile(candidate):
                yielded.add(candidate)
                yield candidate


def is_rotated_name(path: str, former: str) -> bool:
    """Tell whether rotation would give this name to a file.

    >>> is_rotated_name("/log/a.log.1", "/log/a.log"), is_rotated_name("/log/a.log", "/log/a.log.1")
    (True, False)
    """
    folder, name = os.path.split(path)
    own_folder, own = os.path.split(former)
    return folder == own_folder and name != own and _is_rotated(name, own)


def _is_rotated(other: str, name: str) -> bool:
    if other.startswith(name):
        return _ROTATED.fullmatch(other, len(name)) is not None
    stem, suffix = os.path.splitext(name)
    if not suffix or not other.startswith(stem):
        return False
    kind = Path(other).suffix
    bare = other.removesuffix(kind) if kind in (".gz", ".bz2", ".xz", ".zst") else other
    middle = bare[len(stem) :].removesuffix(suffix)
    return bare.endswith(suffix) and _ROTATED.fullmatch(middle) is not None

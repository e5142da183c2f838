"""Writes a new project from its templates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from whiteroom_monitoring.errors import UsageError

_FOLDER = Path(__file__).parent
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")


def files(name: str, kind: str) -> Iterator[tuple[Path, str]]:
    """Yield the files of a project of a ``kind``, each with its path below the project's folder.

    Raises UsageError for a name that no project may have.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name}: expected lower-case letters, digits and -, such as tape-looper")
    words = {
        "@name@": name,
        "@module@": name.replace("-", "_"),
        "@title@": " ".join(word.capitalize() for word in name.split("-")),
    }
    for path in sorted((_FOLDER / kind).rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            # So that no tool takes a template for a module.
            place = path.relative_to(_FOLDER / kind).as_posix().removesuffix(".template")
            yield Path(_filled(place, words)), _filled(path.read_text(encoding="utf-8"), words)


def write(folder: Path, name: str, kind: str) -> list[Path]:
    """Write a new project into ``folder`` and return the files' paths below it.

    Raises UsageError when one of them is there already: nothing is written then.
    """
    contents = list(files(name, kind))
    taken = [path for path, _ in contents if (folder / path).exists()]
    if taken:
        raise UsageError(f"{folder / taken[0]} is there already; choose an empty folder")
    for path, text in contents:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return [path for path, _ in contents]


def _filled(text: str, words: dict[str, str]) -> str:
    for word, value in words.items():
        text = text.replace(word, value)
    return text

"""Writes a new project from its templates."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

from whiteroom_monitoring.codegen.identifiers import camel, pascal
from whiteroom_monitoring.errors import UsageError

_FOLDER = Path(__file__).parent
# What is the same whatever the program is written in.
_COMMON = "common"
_NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
# What can't be called so in a language, and why. CMake keeps these for itself (CMP0037), and a
# script's folder comes before Python's own modules.
_TAKEN = {
    "cpp": (
        frozenset({"all", "clean", "help", "install", "package", "preinstall", "test"}),
        "CMake has a target of that name",
    ),
    "python": (
        sys.stdlib_module_names | {"whiteroom-monitoring"},
        "a module of that name is there already",
    ),
}


def files(name: str, kind: str) -> Iterator[tuple[Path, str]]:
    """Yield the files of a project of a ``kind``, each with its path below the project's folder.

    Raises UsageError for a name that no project may have.
    """
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name}: expected lower-case letters, digits and -, such as tape-looper")
    reserved, reason = _TAKEN.get(kind, (frozenset(), ""))
    if name in reserved:
        raise UsageError(f"{name}: {reason}; choose another name, such as tape-looper")
    for folder in (_FOLDER / _COMMON, _FOLDER / kind):
        for path in sorted(folder.rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                # So that no tool takes a template for a module.
                place = path.relative_to(folder).as_posix().removesuffix(".template")
                text = path.read_text(encoding="utf-8")
                yield Path(_filled(place, name)), _filled(text, name)


def write(folder: Path, name: str, kind: str) -> list[Path]:
    """Write a new project into ``folder`` and return the files' paths below it.

    Raises UsageError when one of them is there already: nothing is written then.
    """
    contents = list(files(name, kind))
    existing = [path for path, _ in contents if (folder / path).exists()]
    if existing:
        raise UsageError(f"{folder / existing[0]} is there already; choose an empty folder")
    for path, text in contents:
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return [path for path, _ in contents]


def _filled(text: str, name: str) -> str:
    words = name.split("-")
    values = {
        "@name@": name,
        "@module@": "_".join(words),
        "@Module@": pascal(name),
        "@camel@": camel(name),
        "@title@": " ".join(word.capitalize() for word in words),
    }
    for word, value in values.items():
        text = text.replace(word, value)
    return text

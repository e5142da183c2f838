"""Generated files: how they begin, how they are compared and how they are written."""

from __future__ import annotations

import contextlib
import difflib
import os
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from whiteroom_monitoring.errors import MonitoringError

COMMAND = "whiteroom generate"
_MARK = f"by `{COMMAND}`"
_MODE = 0o644

State = Literal["current", "missing", "differs", "stale"]


def head(comment: str, source: str, end: str = "") -> str:
    """Return the first line of a generated file, in the ``comment`` syntax of its language.

    >>> head("//", "audio.yaml")
    '// Generated from audio.yaml by `whiteroom generate`; edit that file, not this one.\\n'
    """
    line = f"{comment} Generated from {source} {_MARK}; edit that file, not this one."
    return f"{line}{' ' + end if end else ''}\n"


@dataclass(frozen=True)
class GeneratedFile:
    """A generated file as it is (``found``) and as it should be (``expected``).

    None means that there is no such file. ``path`` is below the repository's root.
    """

    path: str
    found: str | None
    expected: str | None

    @property
    def state(self) -> State:
        """How the file relates to what it should be."""
        if self.found == self.expected:
            return "current"
        if self.expected is None:
            return "stale"
        return "missing" if self.found is None else "differs"

    def difference(self) -> Iterator[str]:
        """Yield the lines of a unified diff from the file to what it should be."""
        yield from difflib.unified_diff(
            (self.found or "").splitlines(),
            (self.expected or "").splitlines(),
            f"{self.path} (found)",
            f"{self.path} (expected)",
            lineterm="",
        )


def compare(root: Path, outputs: Mapping[str, str]) -> list[GeneratedFile]:
    """Return every generated file below ``root``: those in ``outputs``, and those left over.

    A file beside an output is left over when its first line says that it is generated, but
    nothing generates it.
    """
    expected: dict[str, str | None] = dict.fromkeys(_left_over(root, outputs))
    expected.update(outputs)
    return [
        GeneratedFile(path, _read(root / path), text) for path, text in sorted(expected.items())
    ]


def _left_over(root: Path, outputs: Mapping[str, str]) -> Iterator[str]:
    for folder in sorted({(root / path).parent for path in outputs}):
        for path in sorted(folder.glob("*.*")):
            name = path.relative_to(root).as_posix()
            if name not in outputs and path.is_file() and is_generated(path):
                yield name


def is_generated(path: Path) -> bool:
    """Return whether the first line of ``path`` says that it is generated."""
    with path.open("rb") as stream:
        return _MARK.encode() in stream.readline()


def _read(path: Path) -> str | None:
    try:
        return path.read_bytes().decode("utf-8", errors="replace")
    except FileNotFoundError:
        return None
    except OSError as error:
        raise MonitoringError(f"{path}: the file can't be read: {error.strerror}") from error


def write(root: Path, files: Iterable[GeneratedFile]) -> None:
    """Make every file what it should be; files that are current stay untouched.

    Raises MonitoringError when one can't be written; each is then either old or new, never torn.
    """
    for file in files:
        path = root / file.path
        try:
            if file.state == "stale":
                path.unlink()
            elif file.state != "current":
                _replace(path, file.expected or "")
        except OSError as error:
            raise MonitoringError(f"{path}: the file can't be written: {error.strerror}") from error


def _replace(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(text.encode())
            os.fchmod(stream.fileno(), _MODE)
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise

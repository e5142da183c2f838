"""Runbooks as Markdown files: their parts, and what they ask their reader to run."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from whiteroom_monitoring.errors import MonitoringError

Language = Literal["sh", "promql"]

_FENCE = re.compile(r"^( *)```(\w*)\s*$")
# Files among the runbooks that belong to no alert.
NOT_RUNBOOKS = ("README.md",)
# A command after this comment changes something: it is the reader's decision, and no test runs it.
ACTS = "<!-- acts -->"


@dataclass(frozen=True)
class Block:
    """A fenced block of a runbook: the part it stands in, and the line of its first line."""

    path: Path
    part: str
    language: str
    line: int
    text: str
    acts: bool

    @property
    def queries(self) -> Iterator[tuple[int, str]]:
        """The PromQL expressions of the block, one a line, each with its line number."""
        for number, text in enumerate(self.text.splitlines(), start=self.line):
            if text.strip():
                yield number, text.strip()


@dataclass(frozen=True)
class Runbook:
    """A runbook: its title, the titles of its parts, and its fenced blocks."""

    path: Path
    title: str
    parts: tuple[str, ...]
    text: str
    blocks: tuple[Block, ...]


def paths(folder: Path) -> list[Path]:
    """Return the runbooks in ``folder``."""
    return [path for path in sorted(folder.glob("*.md")) if path.name not in NOT_RUNBOOKS]


def read(path: Path) -> Runbook:
    """Return the runbook in ``path``. Raises MonitoringError when it can't be read."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise MonitoringError(f"{path}: can't be read: {error}") from error
    headings = re.findall(r"^(#{1,2}) (.+)$", text, re.M)
    title = next((name for level, name in headings if level == "#"), "")
    parts = tuple(name for level, name in headings if level == "##")
    return Runbook(path, title, parts, text, tuple(_blocks(path, text)))


def _blocks(path: Path, text: str) -> Iterator[Block]:
    part, language, start, collected = "", None, 0, list[str]()
    acts, marked = False, False
    for number, line in enumerate(text.splitlines(), start=1):
        fence = _FENCE.match(line)
        if language is None and fence:
            language, start, collected, acts = fence[2], number + 1, [], marked
        elif fence and language is not None:
            content = textwrap.dedent("\n".join(collected))
            yield Block(path, part, language, start, content, acts)
            language = None
        elif language is not None:
            collected.append(line)
        elif line.startswith("## "):
            part = line.removeprefix("## ")
        marked = line.strip() == ACTS

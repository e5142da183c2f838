"""The index of runbooks by symptom: what musicians notice leads to the alert and its runbook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from whiteroom_monitoring.documents.references.markdown import page, table
from whiteroom_monitoring.lint.workspace import Workspace

PATH = "docs/how-to/runbooks-by-symptom.md"
_NOTICED = re.compile(r"^\*\*For the musician:\*\* (.+?)\n\n", re.MULTILINE | re.DOTALL)
_PRIORITY = re.compile(r"^\*\*Priority:\*\* (P\d)", re.MULTILINE)
_UNNOTICED = re.compile(r"nothing( yet| by itself)?[.,:;]")
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")


def render(workspace: Workspace) -> str:
    """Return the page."""
    folder = f"../../{workspace.project.relative(workspace.runbooks)}"
    rows = list(_rows(sorted(workspace.runbooks.glob("*.md")), folder))
    heard = [row[1:] for row in rows if row[0]]
    unheard = [row[1:] for row in rows if not row[0]]
    header = ["what is noticed", "runbook", "priority"]
    return page(
        "the runbooks",
        "Runbooks by symptom",
        "Start here when somebody reports a symptom and no alert has named a runbook yet. The rows "
        "are quoted from the runbooks, the most urgent first.",
        "## Musicians notice it",
        table(header, heard),
        "## Musicians do not notice it yet",
        table(header, unheard),
    )


def _rows(paths: list[Path], folder: str) -> Iterator[tuple[bool, str, str, str]]:
    rows = []
    for path in paths:
        text = path.read_text(encoding="utf-8")
        noticed, priority = _NOTICED.search(text), _PRIORITY.search(text)
        if noticed and priority:
            words = _LINK.sub(r"\1", " ".join(noticed[1].split()))
            link = f"[{path.stem}]({folder}/{path.name})"
            rows.append((priority[1], path.stem, words, link))
    for priority_, _, words, link in sorted(rows):
        yield not _UNNOTICED.match(words), words[0].upper() + words[1:], link, priority_

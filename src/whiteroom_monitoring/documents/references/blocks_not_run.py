"""The page of commands and code that the pages show and that no test runs, with the reasons."""

from __future__ import annotations

import posixpath

from whiteroom_monitoring.documents import sources
from whiteroom_monitoring.documents.blocks import blocks
from whiteroom_monitoring.documents.references.markdown import code, page, table

PATH = "docs/reference/blocks-not-run.md"


def render() -> str:
    """Return the page."""
    texts = sources.read(sources.pages())
    marked = [b for name, text in texts.items() for b in blocks(name, text) if b.reason]
    rows = []
    for block in marked:
        link = posixpath.relpath(block.page, posixpath.dirname(PATH))
        first = block.text.strip().splitlines()[0]
        rows.append([f"[{block.page}]({link})", code(first), block.reason])
    return page(
        "the marks of the pages",
        "Blocks that are not run",
        "Commands and code that are only parsed, because they need what a test has not.",
        table(["page", "first line", "reason"], rows),
    )

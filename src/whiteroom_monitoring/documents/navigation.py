"""The site's navigation: a section for each folder, so that a new page is in it by being there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from whiteroom_monitoring.documents.sources import title

SECTIONS = {
    "tutorials": "Tutorials",
    "how-to": "How-to guides",
    "runbooks": "Runbooks",
    "reference": "Reference",
    "explanation": "Explanation",
    "decisions": "Decisions",
    "project": "Project",
}
_INDEX = frozenset({"index.md", "README.md"})


def navigation(pages: Mapping[str, str]) -> list[Any]:
    """Return MkDocs' ``nav`` for the texts of ``pages``, by their place in the site.

    The front page comes first, then the sections. In a section its index comes first, then the
    pages by title; a folder without a section of its own follows as "More".
    """
    entries: dict[str, list[tuple[bool, str, str]]] = {name: [] for name in SECTIONS}
    for place, text in pages.items():
        folder, _, name = place.rpartition("/")
        top = folder.partition("/")[0]
        if top:
            label = title(text, name.removesuffix(".md"))
            entries.setdefault(top, []).append((name not in _INDEX, label, place))
    sections = [
        {SECTIONS.get(top, "More"): [_entry(*entry) for entry in _ordered(top, pages)]}
        for top, pages in entries.items()
        if pages
    ]
    return [{"Start": "index.md"}, *sections]


def _ordered(top: str, entries: list[tuple[bool, str, str]]) -> list[tuple[bool, str, str]]:
    by_number = top == "decisions"
    return sorted(entries, key=lambda e: (e[0], e[2] if by_number else e[1].lower()))


def _entry(is_page: bool, label: str, place: str) -> dict[str, str]:
    return {label if is_page else "Overview": place}

"""Links between the pages lead somewhere."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PAGES = [
    ROOT / name
    for name in subprocess.check_output(
        ["git", "ls-files", "*.md", ":!tests"], cwd=ROOT, text=True
    ).split()
]
_FENCE = re.compile(r"^```.*?^```", re.M | re.S)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.M)
_ELSEWHERE = re.compile(r"[a-z]+:|/")


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub makes them."""
    headings = _HEADING.findall(_FENCE.sub("", page.read_text(encoding="utf-8")))
    return {
        re.sub(r"[^\w\- ]", "", re.sub(r"[`*]", "", heading)).strip().lower().replace(" ", "-")
        for heading in headings
    }


def broken(page: Path) -> list[str]:
    """Return the links of a page that lead nowhere."""
    text = _FENCE.sub("", page.read_text(encoding="utf-8"))
    targets = [target for target in _LINK.findall(text) if not _ELSEWHERE.match(target)]
    return [target for target in targets if not _exists(page, *target.partition("#")[::2])]


def _exists(page: Path, path: str, anchor: str) -> bool:
    target = (page.parent / path).resolve() if path else page
    if not target.exists():
        return False
    return not anchor or target.suffix != ".md" or anchor in anchors(target)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    """Every relative link names a file that exists and a heading that it has."""
    assert broken(page) == []


def test_a_broken_link_is_found(tmp_path: Path) -> None:
    """A link to a missing file or heading is reported."""
    (tmp_path / "b.md").write_text("# One\n")
    page = tmp_path / "a.md"
    page.write_text("[a](b.md#one) [b](b.md#two) [c](c.md) [d](https://example.org)\n")
    assert broken(page) == ["b.md#two", "c.md"]

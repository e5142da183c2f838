"""The guide for JUCE applications shows code that is compiled and run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.support.paths import ROOT

MARK = re.compile(r"^ *// \[(\w+)\]\n(.*?)^ *// \[end\]\n", re.M | re.S)
BLOCK = re.compile(r"^<!-- (\w+) -->\n\n```cpp\n(.*?)^```\n", re.M | re.S)


def quoted(page: str) -> dict[str, str]:
    """Return the blocks of C++ on a page. Raises AssertionError for one that names no example."""
    blocks = dict(BLOCK.findall(page))
    assert page.count("```cpp") == len(blocks)
    return blocks


def marked(folder: Path) -> dict[str, str]:
    """Return the marked parts of the examples."""
    return dict(
        part for path in sorted(folder.glob("*.h")) for part in MARK.findall(path.read_text())
    )


@pytest.fixture
def page() -> str:
    """The guide."""
    return (ROOT / "docs/tutorials/adopting-juce.md").read_text()


def test_the_guide_quotes_the_examples(page: str) -> None:
    """Every block of C++ is the marked part of an example, and each marked part is shown."""
    assert quoted(page) == marked(ROOT / "examples/juce")


def test_a_page_that_lags_is_found(page: str) -> None:
    """A page that differs from the examples by a word is not what they say."""
    assert quoted(page.replace("measured{audio, player}", "measured{player}")) != marked(
        ROOT / "examples/juce"
    )
    with pytest.raises(AssertionError):
        quoted(page + "```cpp\nint untried;\n```\n")

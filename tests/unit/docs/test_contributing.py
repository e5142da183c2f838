"""The table of CONTRIBUTING.md names files that exist."""

from __future__ import annotations

import re

import pytest

from tests.support.paths import ROOT

_ROW = re.compile(r"^\| (?!to change)[^|]+ \| (`[^|]+`) \|$", re.M)
PLACES = [
    place
    for row in _ROW.findall((ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8"))
    for place in re.findall(r"`([^`]+)`", row)
]


@pytest.mark.parametrize("place", PLACES)
def test_places_exist(place: str) -> None:
    """Each file of the table exists; a part in angle brackets stands for any name."""
    pattern = re.sub(r"<[^>]+>", "*", place)
    folders = ("", "juce_backend/src/monitoring/include/whiteroom/monitoring/")
    assert any(list(ROOT.glob(folder + pattern.rstrip("/"))) for folder in folders)


def test_the_table_has_twenty_rows() -> None:
    """The table answers at least twenty questions."""
    assert len(PLACES) >= 20

"""The threat model names tests that exist."""

from __future__ import annotations

import re

import pytest

from tests.support.paths import ROOT

PAGE = ROOT / "docs/explanation/threat-model.md"
_LINE = re.compile(r"^\| [^|]+ \| `(tests/[^`:]+)::(test_\w+)` \|$", re.MULTILINE)
NAMED = _LINE.findall(PAGE.read_text(encoding="utf-8"))


@pytest.mark.parametrize(("file", "name"), NAMED)
def test_each_line_has_its_test(file: str, name: str) -> None:
    """What a line of the threat model claims is held by a test of that name."""
    assert re.search(rf"^def {name}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_no_line_is_without_a_test() -> None:
    """Every row of the table of defences names a test."""
    table = PAGE.read_text(encoding="utf-8").partition("## Lines of defence")[2]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert len(NAMED) == len(rows) - 1

"""Every memory order in the core has its reason, and there are no fences."""

from __future__ import annotations

import re

from tests.support.paths import ROOT

USE = re.compile(r"(?:memory_order_|__ATOMIC_)(relaxed|acquire|release|acq_rel|seq_cst)", re.I)
# How far above its use a reason may stand: a store and the load that it pairs with share one.
LINES_ABOVE = 5
# cells.h says once, at its top, why all of its accesses are relaxed.
SAID_AT_THE_TOP = {"cells.h"}


def without_reason(text: str) -> list[str]:
    """Return the lines that name a memory order which no comment just above explains."""
    lines = text.splitlines()
    wrong = []
    for number, line in enumerate(lines):
        above = lines[max(0, number - LINES_ABOVE) : number + 1]
        comments = " ".join(part.partition("//")[2] for part in above)
        orders = USE.findall(line.partition("//")[0])
        if not all(order.lower() in comments.lower() for order in orders):
            wrong.append(f"{number + 1}: {line.strip()}")
    return wrong


def test_every_memory_order_has_its_reason() -> None:
    """No atomic access in the core is without a comment that names its order and says why."""
    files = (ROOT / "juce_backend/src/monitoring").rglob("*.*")
    sources = [file for file in files if file.suffix in {".h", ".cpp"}]
    missing = {
        file.name: lines
        for file in sources
        if file.name not in SAID_AT_THE_TOP and (lines := without_reason(file.read_text()))
    }
    assert len(sources) > 10
    assert missing == {}
    assert [file.name for file in sources if "_fence" in file.read_text()] == []


def test_a_missing_reason_is_found() -> None:
    """An access without a comment is found, and one with the wrong order's comment, too."""
    access = "x.store(1, std::memory_order_release);"
    assert without_reason(access) == [f"1: {access}"]
    assert without_reason(f"// Relaxed: a number by itself.\n{access}") == [f"2: {access}"]
    assert without_reason(f"// Release: who sees it sees y, too.\n{access}") == []

"""The level that a line tells by a word, found by a native scan of sixteen letters at once."""

from __future__ import annotations

import random
import re

import pytest

from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.metadata import LEVELS

# In this order, as Loki 3.7 looks for them: small or large, not mixed.
WORDS = {
    "info": ("info",),
    "error": ("err:", "[err]", "[error]"),
    "warn": ("warn:", "[warn]", "warning"),
    "critical": ("critical:", "[critical]"),
    "debug": ("debug",),
}
PIECES = (
    "info", "INFO", "Info", "err:", "[error]", "[err]", "ERR:", "warn:", "[WARN]", "warning", "war",
    "critical:", "[critical]", "debug", "DEBUG", "deb", "kernel:", "or]", "al:", ":", "]", " ", "n",
)  # fmt: skip


def level_of(line: str) -> str:
    """Return the level that a store detects."""
    rows = _native.Rows()
    rows.append(1, line.encode(), b"")
    admitted, refused, _ = rows.admit(0, 2, 2**62, 2**20, 100, 2**62, 0, True, "")
    assert not refused
    return LEVELS[admitted[0][3]]


def plainly(line: str) -> str:
    """Return the same by one search after the other."""
    for level, words in WORDS.items():
        if any(re.search(f"{re.escape(w)}|{re.escape(w.upper())}", line) for w in words):
            return level
    return "unknown"


@pytest.mark.parametrize("length", [0, 1, 2, 15, 16, 17, 18, 19, 31, 33, 34, 35, 200])
def test_a_word_is_found_wherever_it_stands(length: int) -> None:
    """Each word of each level is found at each place of a line, also at its begin and end."""
    for level, words in WORDS.items():
        for word in words:
            for before in range(length + 1):
                line = "." * before + word + "." * (length - before)
                assert (line, level_of(line)) == (line, level)


def test_random_lines_have_the_level_that_a_plain_search_finds() -> None:
    """Words, halves of words and what looks like them give what searches one by one give."""
    chosen = random.Random(20261201)
    for _ in range(5000):
        line = "".join(chosen.choices(PIECES, k=chosen.randrange(1, 12)))
        assert (line, level_of(line)) == (line, plainly(line))

"""The pages' English: no worn words, no idiom of another language, no sentence without an end."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

from tests.support.paths import ROOT
from whiteroom_monitoring.documents import links, sources

# Each with what to write instead.
WORDS = {
    r"\bis said\b": "name who says it, or write `see`",
    r"\blikewise\b": "also, or repeat the word",
    r"\bin words\b": "leave it out",
    r"\bat the least\b": "at least",
    r"\bcan not\b": "can't",
    r"\bin order to\b": "to",
    r"\bplease note\b": "leave it out",
    r"\bof course\b": "leave it out",
    r"\bobviously\b": "leave it out",
    r"\bsimply\b": "leave it out",
    r"\beasily\b": "say how",
    r"\bseamless(ly)?\b": "say what happens",
    r"\bpowerful\b": "say what it does",
    r"\brobust\b": "say what it withstands",
    r"\bleverag\w+\b": "use",
    r"\butili[sz]\w+\b": "use",
    r"\bblazing(ly)?\b": "give the figure",
    r"\bstate[- ]of[- ]the[- ]art\b": "leave it out",
    r"\bcutting[- ]edge\b": "leave it out",
    r"\b(successfully|now) (implemented|completed|added)\b": "a page is no status report",
}
# A sentence of more words is read twice.
LONGEST_WORDS = 45
_INLINE = re.compile(r"`[^`]*`|\]\([^)]*\)|<[^>]+>")
_BLOCK = re.compile(r"\n\s*\n|\n(?=\s*(?:[-*] |\d+\. |\||#|>))")
_SENTENCE = re.compile(r"(?<=[.!?:;])\s+")
TEXTS = {
    **{
        name: text for name, text in sources.read(sources.pages()).items() if "messages" not in name
    },
    "README.md": (ROOT / "README.md").read_text(encoding="utf-8"),
}


def prose(text: str) -> str:
    """Return a page without its blocks of code, code spans and addresses."""
    fences: list[str] = []
    links.outside_fences(text, lambda part: fences.append(part) or part)
    return _INLINE.sub("CODE", "\n\n".join(fences))


def faults(text: str) -> list[str]:
    """Return the worn words and the endless sentences of a page."""
    plain = prose(text)
    worn = [
        f"{match[0]!r}: {remedy}"
        for pattern, remedy in WORDS.items()
        for match in re.finditer(pattern, plain, re.IGNORECASE)
    ]
    sentences = [s for block in _BLOCK.split(plain) for s in _SENTENCE.split(block)]
    table_free = [s for s in sentences if "|" not in s]
    endless = [s for s in table_free if len(s.split()) > LONGEST_WORDS]
    return worn + [f"{len(s.split())} words: {' '.join(s.split()[:8])} ..." for s in endless]


def test_pages_are_plain_english() -> None:
    """No page has a worn word or a sentence that nobody reads at once."""
    assert {name: said for name, text in TEXTS.items() if (said := faults(text))} == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It is said in the log.", "'is said'"),
        ("A robust, powerful tool.", "'powerful'"),
        ("word " * LONGEST_WORDS + "word.", f"{LONGEST_WORDS + 1} words"),
    ],
)
def test_a_worn_word_is_found(text: str, said: str) -> None:
    """A word of the list and an endless sentence are reported, and code is left alone."""
    assert any(fault.startswith(said) for fault in faults(text))
    assert faults(f"```text\n{text}\n```\n") == []


def test_no_word_is_misspelt() -> None:
    """codespell knows every word of the pages; three are identifiers of Grafana and JavaScript."""
    names = [str(ROOT / name) for name in TEXTS]
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "codespell_lib",
            "--ignore-words-list",
            "farenheit,hastable,ths",
            *names,
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, ""), done.stderr

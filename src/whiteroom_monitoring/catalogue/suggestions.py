"""Guesses what a mistyped word was meant to be."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return advice that names the known word nearest to ``word``, or "" when none is near.

    >>> did_you_mean("lables", ["labels", "buckets"])
    'did you mean labels?'
    >>> did_you_mean("colour", ["labels", "buckets"])
    ''
    """
    nearest = difflib.get_close_matches(word, sorted(known), n=1)
    return f"did you mean {nearest[0]}?" if nearest else ""

"""Regular expressions of dashboards, which are JavaScript's, as Python's.

Source: https://developer.mozilla.org/docs/Web/JavaScript/Reference/Regular_expressions
"""

from __future__ import annotations

import re

_DELIMITED = re.compile(r"/(.*)/([a-z]*)", re.DOTALL)
_NAMED_GROUP = re.compile(r"\(\?<(?![=!])")
_NAMED_REFERENCE = re.compile(r"\\k<(\w+)>")
_FLAGS = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL}


def compiled(text: str) -> re.Pattern[str]:
    r"""Return the pattern of ``/pattern/flags``, or of a pattern alone. Raises ValueError.

    >>> compiled(r"/(?<name>jo)b$/i").search("JOB")["name"]
    'JO'
    >>> compiled("*bad")
    Traceback (most recent call last):
    ...
    ValueError: '*bad' is no regular expression: nothing to repeat at position 0
    """
    delimited = _DELIMITED.fullmatch(text)
    pattern, letters = (delimited[1], delimited[2]) if delimited else (text, "")
    flags = re.RegexFlag(0)
    for letter in letters:
        flags |= _FLAGS.get(letter, re.RegexFlag(0))
    python = _NAMED_REFERENCE.sub(r"(?P=\1)", _NAMED_GROUP.sub("(?P<", pattern))
    try:
        return re.compile(python, flags)
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(f"{text[:60]!r} is no regular expression: {error}") from error

"""Names of labels, from keys of logs."""

from __future__ import annotations

import re
from functools import lru_cache

from whiteroom_monitoring.logs.logql.golang.quoting import SPACE

_WRONG = re.compile(r"[^a-zA-Z0-9_]")
_BAD = re.compile("[\udc80-\udcff\ufffd]")


@lru_cache(10_000)
def sanitized(key: str) -> str:
    """Return a key as the name of a label; empty where nothing is left.

    >>> sanitized("http.status-code"), sanitized("2nd"), sanitized(" ")
    ('http_status_code', '_2nd', '')
    """
    key = key.strip(SPACE)
    if not key:
        return ""
    if key[0] in "0123456789":
        key = "_" + key
    return _WRONG.sub("_", key)


def clean(value: bytes) -> str:
    """Return the text of a value; what is no UTF-8 becomes spaces."""
    text = value.decode("utf-8", "surrogateescape")
    return text if text.isascii() else _BAD.sub(" ", text)


def clean_text(text: str) -> str:
    """Return a text without what is no character."""
    return text if text.isascii() else _BAD.sub(" ", text)

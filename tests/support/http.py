"""Asking servers under test."""

from __future__ import annotations

import json
import urllib.request
from typing import Any

TIMEOUT_S = 10


def get_text(url: str) -> str:
    """Return the body of an answer. Raises OSError when there is none with status 200."""
    with urllib.request.urlopen(url, timeout=TIMEOUT_S) as response:
        text: str = response.read().decode()
        return text


def get_json(url: str) -> Any:
    """Return the JSON of an answer. Raises OSError when there is none with status 200."""
    return json.loads(get_text(url))

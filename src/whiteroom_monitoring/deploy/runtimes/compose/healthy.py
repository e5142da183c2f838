"""Exits with 0 where a page answers with success: `healthy.py URL [PASSWORD_FILE]`, at once.

It imports the standard library alone, because an engine of containers runs it every few seconds.
"""

from __future__ import annotations

import base64
import sys
import urllib.request
from pathlib import Path

_USER = "whiteroom"
_TIMEOUT_S = 4


def request(url: str, password_file: str = "") -> urllib.request.Request:
    """Return the request, with the password that the file holds."""
    page = urllib.request.Request(url)
    if password_file:
        password = Path(password_file).read_text(encoding="utf-8").strip()
        token = base64.b64encode(f"{_USER}:{password}".encode()).decode()
        page.add_header("Authorization", f"Basic {token}")
    return page


if __name__ == "__main__":
    urllib.request.urlopen(request(*sys.argv[1:]), timeout=_TIMEOUT_S).close()

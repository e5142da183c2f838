"""Which version of White Room is deployed: the line in a file that the deployment writes."""

from __future__ import annotations

from whiteroom_backend.file_watch import UnusableError

LONGEST_VERSION = 64


def parse(text: str) -> str:
    """Return the version that is all of ``text``. Raises UnusableError without one."""
    version = text.strip()
    if not version.isprintable() or not 1 <= len(version) <= LONGEST_VERSION:
        raise UnusableError(f"expected one line of 1 to {LONGEST_VERSION} characters")
    return version

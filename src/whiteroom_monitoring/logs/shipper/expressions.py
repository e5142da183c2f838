"""Regular expressions of Go's dialect (RE2), and its replacements."""

from __future__ import annotations

import re
from typing import Any

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.regex import compile_regex
from whiteroom_monitoring.logs.shipper.errors import StageError

_REFERENCE = re.compile(r"\$(?:\$|(\d+|[A-Za-z_]\w*)|\{(\w+)\})")


def compiled(pattern: str) -> Any:
    """Return a compiled expression. Raises StageError."""
    try:
        return compile_regex(pattern)
    except QueryError as error:
        raise StageError(str(error)) from error


def expanded(template: str, match: Any) -> str:
    """Return a text with ``$1`` and ``${name}`` filled in; what is not there is empty.

    >>> expanded("${1}-$2", compiled("(a)(b)").search("ab"))
    'a-b'
    """

    def group(reference: re.Match[str]) -> str:
        name = reference[1] or reference[2]
        if name is None:
            return "$"
        try:
            return match.group(int(name) if name.isdigit() else name) or ""
        except (IndexError, KeyError):
            return ""

    return _REFERENCE.sub(group, template)

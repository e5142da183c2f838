"""Regular expressions of Go's dialect (RE2)."""

from __future__ import annotations

from typing import Any

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.regex import compile_regex
from whiteroom_monitoring.logs.shipper.errors import StageError


def compiled(pattern: str) -> Any:
    """Return a compiled expression. Raises StageError."""
    try:
        return compile_regex(pattern)
    except QueryError as error:
        raise StageError(str(error)) from error

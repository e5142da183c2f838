"""The regexp parser: what the named groups of an expression match."""

from __future__ import annotations

import re
from typing import Any

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.golang.quoting import to_text
from whiteroom_monitoring.logs.logql.regex import compile_regex
from whiteroom_monitoring.logs.logql.stages.names import sanitized
from whiteroom_monitoring.logs.logql.stages.row import Row

# A group with a name, unless its parenthesis is escaped.
_NAMED = re.compile(r"(?<!\\)(?:\\\\)*\(\?P?<(\w+)>")


def capture_names(text: str) -> list[tuple[int, str]]:
    """Return number and name of the named groups. Raises QueryError where there are none."""
    regex = compile_regex(text)
    groups = sorted((int(number), str(name)) for name, number in regex.groupindex.items())
    written = [name for name in _NAMED.findall(text) if name in regex.groupindex]
    for name in written:
        if written.count(name) > 1:
            raise QueryError(f"duplicate extracted label name '{name}'")
    if not groups:
        raise QueryError("at least one named capture must be supplied")
    return groups


class RegexpParser:
    """Takes the named groups of the first match as labels."""

    def __init__(self, text: str) -> None:
        self._groups = [(number, sanitized(name)) for number, name in capture_names(text)]
        self._regex: Any = compile_regex(text)

    def parse(self, line: bytes, row: Row) -> bytes | None:
        """Take the labels of a line; None leaves the line."""
        match = self._regex.search(line)
        if match is None:
            return line
        for number, name in self._groups:
            if not row.take(name, to_text(match.group(number) or b"")):
                return None
        return line

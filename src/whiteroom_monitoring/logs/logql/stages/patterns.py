"""Patterns such as ``<ip> - <user> <_>``: texts, and what is between them."""

from __future__ import annotations

import re

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.golang.quoting import to_bytes, to_text
from whiteroom_monitoring.logs.logql.stages.row import Row

_CAPTURE = re.compile(rb"<([A-Za-z_][A-Za-z0-9_]*)>")


class Pattern:
    """Texts and captures by turns; ``parts`` are bytes, and names as strings."""

    def __init__(self, text: str) -> None:
        self.parts: list[bytes | str] = []
        for number, part in enumerate(_CAPTURE.split(to_bytes(text))):
            if number % 2:
                self.parts.append(part.decode())
            elif part:
                self.parts.append(part)
        self.names = [part for part in self.parts if isinstance(part, str) and part != "_"]
        for before, after in zip(self.parts, self.parts[1:], strict=False):
            if isinstance(before, str) and isinstance(after, str):
                raise QueryError(
                    f"found consecutive capture '<{before}><{after}>': invalid expression"
                )

    @classmethod
    def for_captures(cls, text: str) -> Pattern:
        """Return a pattern of a parser. Raises QueryError."""
        if not text:
            raise QueryError("syntax error: unexpected $end, expecting IDENTIFIER or LITERAL")
        if all(name == b"_" for name in _CAPTURE.findall(to_bytes(text))):
            raise QueryError("at least one capture is required")
        pattern = cls(text)
        for name in pattern.names:
            if pattern.names.count(name) > 1:
                raise QueryError(f"duplicate capture name ({name}): invalid expression")
        return pattern

    @classmethod
    def for_lines(cls, text: str) -> Pattern:
        """Return a pattern of a line filter, which captures nothing. Raises QueryError."""
        pattern = cls(text)
        if pattern.names:
            raise QueryError(f"named captures are not allowed: found '<{pattern.names[0]}>'")
        return pattern

    def captures(self, line: bytes) -> list[tuple[str, bytes]]:
        """Return what is between the texts, up to the first that is missing."""
        found: list[tuple[str, bytes]] = []
        parts = self.parts
        if isinstance(parts[0], bytes):
            if not line or not line.startswith(parts[0]):
                return []
            line, parts = line[len(parts[0]) :], parts[1:]
        elif not line:
            return []
        for at in range(0, len(parts), 2):
            name = parts[at]
            assert isinstance(name, str)
            text = parts[at + 1] if at + 1 < len(parts) else b""
            assert isinstance(text, bytes)
            end = line.find(text) if text else -1
            if name != "_":
                found.append((name, line if end < 0 else line[:end]))
            if end < 0:
                break
            line = line[end + len(text) :]
        return found

    def matches(self, line: bytes) -> bool:
        """Tell whether a line has the texts in their order, and something where a capture is."""
        parts = self.parts
        if not line or not parts:
            return not line and not parts
        at = 0
        for number, part in enumerate(parts):
            if isinstance(part, bytes):
                place = line.find(part, at)
                if place < 0 or (number and place == at):
                    return False
                at = place + len(part)
        return isinstance(parts[-1], str) == (at != len(line))

    def parse(self, line: bytes, row: Row) -> bytes | None:
        """Take the captures of a line as labels; None leaves the line."""
        if row.needs_nothing:
            return line
        for name, value in self.captures(line):
            if not row.take(name, to_text(value)):
                return None
        return line

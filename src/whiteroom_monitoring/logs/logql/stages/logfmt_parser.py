"""The parsers of logfmt: every pair, or those that are named.

Source: https://pkg.go.dev/github.com/go-logfmt/logfmt, and what Loki has changed in it
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.golang.quoting import SPACE
from whiteroom_monitoring.logs.logql.stages import json_scan
from whiteroom_monitoring.logs.logql.stages.names import clean, sanitized
from whiteroom_monitoring.logs.logql.stages.row import LOGFMT_ERROR, Row

# A pair without anything unusual.
_PAIR = re.compile(
    rb'[\x00-\x20]*([^\x00-\x20="\x80-\xff]+)'
    rb'(?:=(?:"([^"\\]*)"|([^\x00-\x20="]*)(?=[\x00-\x20]|\Z))|(?=[\x00-\x20]|\Z))'
)
_BLANK = re.compile(rb"[\x00-\x20]*")
_KEY = re.compile(rb'[^\x00-\x20="]*')
_VALUE = re.compile(rb'[^\x00-\x20="]*')
_WORD = re.compile(rb"[^\x00-\x20]*")
_QUOTED = re.compile(rb'"((?:[^"\\]|\\[\s\S])*)"')
_NAME = re.compile(r'[ \t\n]*(?:([A-Za-z_][A-Za-z0-9_]*)|"([^"\]]*)["\]]?)')
Pair = tuple[bytes, bytes]


class LogfmtError(Exception):
    """What is no pair, and where."""

    def __init__(self, at: int, problem: str) -> None:
        super().__init__(f"logfmt syntax error at pos {at + 1} : {problem}")


def pairs(line: bytes) -> Iterator[Pair | LogfmtError]:
    """Yield key and value of each pair; in place of what is none, an error."""
    at, end = 0, len(line)
    while at < end:
        pair = _PAIR.match(line, at)
        if pair is not None:
            at = pair.end()
            value = pair[3] if pair[2] is None else pair[2]
            yield pair[1], value or b""
            continue
        blank = _BLANK.match(line, at)
        assert blank is not None
        at = blank.end()
        if at < end:
            found, at = _unusual(line, at)
            yield found


def _unusual(line: bytes, begin: int) -> tuple[Pair | LogfmtError, int]:
    """Return the pair at a place, and where the next one may begin."""
    end = _end(_KEY, line, begin)
    key = line[begin:end]
    sign = line[end : end + 1]
    if sign == b'"' or (sign == b"=" and not key):
        return LogfmtError(end, f"unexpected '{sign.decode()}'"), _end(_WORD, line, end)
    if "\ufffd" in key.decode(errors="replace"):
        after = _end(_WORD, line, end) if sign == b"=" else end
        return LogfmtError(end, "invalid key"), after
    if sign != b"=":
        return (key, b""), end
    at = end + 1
    if line[at : at + 1] == b'"':
        return _quoted(line, key, at)
    end = _end(_VALUE, line, at)
    if line[end : end + 1] in (b"=", b'"'):
        problem = f"unexpected '{line[end : end + 1].decode()}'"
        return LogfmtError(end, problem), _end(_WORD, line, end)
    return (key, line[at:end]), end


def _quoted(line: bytes, key: bytes, at: int) -> tuple[Pair | LogfmtError, int]:
    quoted = _QUOTED.match(line, at)
    if quoted is None:
        return LogfmtError(len(line), "unterminated quoted value"), len(line)
    value: bytes | None = quoted[1]
    if b"\\" in quoted[1]:
        value = _unescaped(quoted[1])
    if value is None:
        return LogfmtError(quoted.end(), "invalid quoted value"), quoted.end()
    return (key, value), quoted.end()


def _unescaped(data: bytes) -> bytes | None:
    text = json_scan.unescaped(re.sub(rb"\\([\\'])", _apostrophe, data))
    return None if text is None else text.encode("utf-8", "surrogateescape")


def _apostrophe(escape: re.Match[bytes]) -> bytes:
    return b"'" if escape[1] == b"'" else escape[0]


def _end(pattern: re.Pattern[bytes], line: bytes, at: int) -> int:
    found = pattern.match(line, at)
    assert found is not None
    return found.end()


class LogfmtParser:
    """Takes every pair as a label."""

    def __init__(self, flags: Sequence[str]) -> None:
        self._strict, self._keep_empty = "--strict" in flags, "--keep-empty" in flags

    def parse(self, line: bytes, row: Row) -> bytes | None:
        """Take the labels of a line; None leaves the line."""
        if row.needs_nothing:
            return line
        for pair in pairs(line):
            if isinstance(pair, LogfmtError):
                if self._strict:
                    row.fail_parsing(LOGFMT_ERROR, str(pair))
                    check = row.checks.get("__error__")
                    return line if check is None or check(row) else None
                continue
            key, value = pair
            name = sanitized(key.decode("utf-8", "surrogateescape"))
            if not name or (not value and not self._keep_empty):
                continue
            if not row.take(name, clean(value)):
                return None
            if row.has_all:
                break
        return line


def parse_key(text: str) -> str:
    """Return the key that an expression names: a word, or a text in quotes. Raises QueryError."""
    parts: list[str] = []
    at = 0
    while text[at:].strip(" \t\n"):
        name = _NAME.match(text, at)
        if name is None or (name[1] and parts):
            raise QueryError(
                f"cannot parse expression [{text}]: syntax error: unexpected character"
            )
        parts.append(name[1] or name[2])
        at = name.end()
    if not parts:
        raise QueryError(f"cannot parse expression [{text}]: syntax error: unexpected $end")
    return "".join(parts)


class LogfmtExpressions:
    """Takes the pairs that are named as labels. Raises QueryError."""

    def __init__(self, expressions: Sequence[tuple[str, str]], flags: Sequence[str]) -> None:
        self._keys = {name: parse_key(key) for name, key in expressions}
        self._names: dict[str, list[str]] = {}
        for name, key in self._keys.items():
            self._names.setdefault(key, []).append(name)
        self._strict = "--strict" in flags

    def parse(self, line: bytes, row: Row) -> bytes | None:
        """Take the labels of a line."""
        if row.needs_nothing:
            return line
        found = self._take_all(line, row)
        # What no pair has is empty; only now, so that an empty label counts as none found.
        for name in self._keys:
            if name not in row.base and name not in row.meta and name not in found:
                row.set(name, "")
        return line

    def _take_all(self, line: bytes, row: Row) -> set[str]:
        """Take what pairs are named for, and return the labels that were set."""
        found: set[str] = set()
        for pair in pairs(line):
            if isinstance(pair, LogfmtError):
                if self._strict:
                    row.fail_parsing(LOGFMT_ERROR, str(pair))
                    break
            elif not self._take(pair, row, found):
                break
        return found

    def _take(self, pair: Pair, row: Row, found: set[str]) -> bool:
        """Set the labels that a pair is named for; False where Loki reads no further.

        The last pair counts, but for a name that is taken, where the first does. A pair that has
        the name of a label itself is one for it, too.
        """
        key = sanitized(pair[0].decode("utf-8", "surrogateescape").strip(SPACE))
        for name in self._names.get(key, (key,) if key in self._keys else ()):
            free = row.free_name(name)
            if free != name and (free in row.extracted or not row.needs(free)):
                return False
            if row.needs(free):
                row.set(free, clean(pair[1]))
                found.add(free)
        return True

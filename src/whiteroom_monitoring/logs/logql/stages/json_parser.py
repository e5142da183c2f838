"""The parsers of JSON: every member, those that paths name, and packed lines."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import Any

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql.golang.quoting import SPACE, to_bytes
from whiteroom_monitoring.logs.logql.stages import json_scan
from whiteroom_monitoring.logs.logql.stages.json_scan import JsonError
from whiteroom_monitoring.logs.logql.stages.names import clean_text, sanitized
from whiteroom_monitoring.logs.logql.stages.row import JSON_ERROR, SUFFIX, Row

PACKED = "_entry"


class _LeftError(Exception):
    """A line that is left: a condition on one of its labels is not met."""


class _CompleteError(Exception):
    """Every label that the query needs is found."""


def _constant(text: str) -> Any:
    raise ValueError(text)


class _Pairs(list[tuple[str, Any]]):
    """An object, which may have a key twice."""


# Numbers stay as they are written.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_Pairs, parse_int=str, parse_float=str, parse_constant=_constant, strict=False
)


def parse_json(line: bytes, row: Row) -> bytes | None:
    """Take every member of an object as a label; None leaves the line."""
    if row.needs_nothing:
        return line
    try:
        pairs = _quick(line)
        labels = None if pairs is None else _flat(pairs, row)
        if pairs is None:
            _flatten_raw(line, row, ())
        elif labels is not None:
            return line if row.take_all(labels) else None
        else:
            _flatten(pairs, row, ())
    except _CompleteError:
        pass
    except _LeftError:
        return None
    except JsonError as error:
        row.fail_parsing(JSON_ERROR, str(error))
    return line


def parse_with_paths(line: bytes, row: Row) -> dict[str, tuple[str, ...]]:
    """Take every member of an object as a label, and return the keys that lead to each."""
    paths = row.paths = {}
    parse_json(line, row)
    row.paths = None
    return paths


def _quick(line: bytes) -> _Pairs | None:
    """Return what Python reads of a line; None where it is not sure to read it alike."""
    if b"\\u" in line:
        return None
    try:
        text = line.decode()
        begin = len(text) - len(text.lstrip(" \t\r\n"))
        if text[begin : begin + 1] != "{":
            return None
        value, _ = _DECODER.raw_decode(text, begin)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, _Pairs) else None


def _flat(pairs: _Pairs, row: Row) -> dict[str, str] | None:
    """Return the labels of an object without objects, where all are needed; else None."""
    if row.hints.required or row.extracted or row.paths is not None:
        return None
    labels: dict[str, str] = {}
    for key, value in pairs:
        if isinstance(value, _Pairs):
            return None
        if isinstance(value, bool):
            text = "true" if value else "false"
        elif isinstance(value, str):
            text = clean_text(value)
        else:
            continue
        name = row.free_name(sanitized(key))
        if name and name not in labels:
            labels[name] = text
    return labels


def _flatten(pairs: _Pairs, row: Row, prefix: tuple[str, ...]) -> None:
    _require_shallow(prefix)
    required = row.hints.required
    for key, value in pairs:
        if required and not prefix and not isinstance(value, _Pairs):
            name = sanitized(key)
            if name not in required and name + SUFFIX not in required:
                if row.has_all:
                    raise _CompleteError
                continue
        if isinstance(value, str):
            _take(row, prefix, key, clean_text(value))
        elif isinstance(value, bool):
            _take(row, prefix, key, "true" if value else "false")
        elif isinstance(value, _Pairs):
            inner = (*prefix, key)
            if row.hints.is_prefix(_joined(inner)):
                _flatten(value, row, inner)
            continue
        if row.has_all:
            raise _CompleteError


def _require_shallow(prefix: tuple[str, ...]) -> None:
    """Raise JsonError below the bound, so that no line exhausts the interpreter's stack."""
    if len(prefix) >= json_scan.MOST_DEPTH:
        raise JsonError(json_scan.DEEP)


def _flatten_raw(data: bytes, row: Row, prefix: tuple[str, ...]) -> None:
    _require_shallow(prefix)
    for key, kind, text in json_scan.members(data):
        if kind == "object":
            inner = (*prefix, key)
            if row.hints.is_prefix(_joined(inner)):
                _flatten_raw(text, row, inner)
            continue
        if kind in ("string", "number", "boolean"):
            _take(row, prefix, key, _shown(kind, text))
        if row.has_all:
            raise _CompleteError


def _shown(kind: str, text: bytes) -> str:
    if kind == "string":
        return clean_text(json_scan.unescaped(text) or "")
    return text.decode(errors="replace")


def _take(row: Row, prefix: tuple[str, ...], key: str, value: str) -> None:
    name = _joined((*prefix, key)) if prefix else sanitized(key)
    if row.paths is not None:
        row.paths[row.free_name(name)] = (*prefix, key)
    if (name or prefix) and not row.take(name, value):
        raise _LeftError


def _joined(parts: Iterable[str]) -> str:
    """Return keys as one name; an inner one may begin with a digit."""
    name = ""
    for part in parts:
        stripped = part.strip(SPACE)
        if not stripped:
            continue
        word = sanitized(stripped)
        if name and stripped[0] in "0123456789":
            word = word[1:]
        name = f"{name}_{word}" if name else word
    return name


_PATH = re.compile(
    r"\s*(?:(?P<first>[A-Za-z_]\w*)|\.\s*(?P<field>[A-Za-z_]\w*)"
    r"|\[\s*\"(?P<key>[^\"\]]*)\"?\s*\]|\[\s*(?P<index>[0-9]{1,18})\s*\])",
    re.ASCII,
)


def parse_path(text: str) -> list[str | int]:
    """Return the keys and indexes of a path such as ``a.b[0]["c"]``. Raises QueryError."""
    path: list[str | int] = []
    at = 0
    while text[at:].strip(" \t\n"):
        part = _PATH.match(text, at)
        if part is None or (part["first"] and path) or (part["field"] and not path):
            raise QueryError(
                f"cannot parse expression [{text}]: syntax error: unexpected character"
            )
        path.append(
            int(part["index"]) if part["index"] else part["first"] or part["field"] or part["key"]
        )
        at = part.end()
    if not path:
        raise QueryError(f"cannot parse expression [{text}]: syntax error: unexpected $end")
    return path


class JsonExpressions:
    """Takes what paths name as labels. Raises QueryError."""

    def __init__(self, expressions: Sequence[tuple[str, str]]) -> None:
        self._paths = [(name, parse_path(path)) for name, path in expressions]

    def parse(self, line: bytes, row: Row) -> bytes | None:
        """Take the labels of a line."""
        if not line or row.needs_nothing:
            return line
        if line[0] not in b'"{[':
            row.fail_parsing(JSON_ERROR)
            return line
        missing = False
        for name, path in self._paths:
            try:
                value = _at_path(line, path)
            except JsonError as error:
                row.fail_parsing(JSON_ERROR, str(error))
                value = None
            if value is None:
                missing = True
                continue
            taken = name + SUFFIX if name in row.base or name in row.meta else name
            row.set(taken, value)
        if missing:
            for name, _ in self._paths:
                if row.get(name) is None:
                    row.set(name, "")
        return line


def _at_path(line: bytes, path: Sequence[str | int]) -> str | None:
    """Return what a path names; None where it names nothing.

    Raises JsonError where what is named is wrong itself, and for nothing that is wrong around it.
    """
    kind, text = "", line
    for number, part in enumerate(path, 1):
        try:
            found = _inner(text, part)
        except JsonError as error:
            if number == len(path) and error.key == part:
                raise
            return None
        if found is None:
            return None
        kind, text = found
    if kind == "null":
        return ""
    if kind == "object":
        return text.decode("utf-8", "surrogateescape")
    return clean_text(json_scan.unescaped(text) or "")


def _inner(text: bytes, part: str | int) -> tuple[str, bytes] | None:
    start = text.lstrip()[:1]
    if isinstance(part, int):
        return json_scan.element(text, part) if start == b"[" else None
    if start != b"{":
        return None
    return next((m[1:] for m in json_scan.members(text) if m[0] == part), None)


def _not_packed(line: bytes, row: Row, problem: str) -> bytes:
    """Return a line as it is. Where no label is needed, Loki does not look at it: no error."""
    if not row.hints.none:
        row.fail_parsing(JSON_ERROR, problem)
    return line


def unpack(line: bytes, row: Row) -> bytes | None:
    """Take the labels of a packed line, and the line that was packed; None leaves the line."""
    # The line is another one, whatever labels are needed.
    if not line:
        return line
    if line[0] != 0x7B:
        return _not_packed(line, row, "expecting json object(6), but it is not")
    labels: list[tuple[str, str]] = []
    entry: str | None = None
    try:
        for key, kind, text in json_scan.members(line):
            if kind != "string":
                continue
            value = json_scan.unescaped(text)
            if key == PACKED:
                if value is None:
                    raise JsonError(json_scan.ESCAPE)
                entry = value
                continue
            name = key + SUFFIX if key in row.base or key in row.meta else key
            if not row.hints.none and row.needs(name) and name not in row.extracted:
                labels.append((sanitized(name), clean_text(value or "")))
    except JsonError as error:
        return _not_packed(line, row, str(error))
    if entry is None:
        return line
    for name, value in labels:
        row.set(name, value)
    checks = [check for name, _ in labels if (check := row.checks.get(name))]
    return to_bytes(entry) if all(check(row) for check in checks) else None

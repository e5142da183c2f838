"""TOML files as plain data that remembers the line of each key: tomllib itself tells none."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from whiteroom_monitoring.catalogue.document import Document, Pointer, Span
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, FilePlace

_TABLE = re.compile(r"^\s*\[(?P<array>\[)?\s*(?P<name>[^\[\]]+?)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"""^\s*(?P<name>(?:[\w-]+|"[^"]*"|'[^']*')(?:\s*\.\s*[\w"'-]+)*)\s*=\s*""")
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([\w-]+)""")
_PLACE = re.compile(r" \(at line (\d+), column (\d+)\)$| \(at end of document\)$")


def read(path: Path) -> Document:
    """Return the TOML file ``path``. Raises DiagnosticsError when it can't be read or parsed."""
    try:
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (OSError, UnicodeDecodeError) as error:
        problem = f"the file can't be read: {error}"
        raise DiagnosticsError([Diagnostic(FilePlace(path), problem)]) from error
    except tomllib.TOMLDecodeError as error:
        raise DiagnosticsError([_syntax(path, str(error))]) from error
    values, keys = _spans(text)
    return Document(path, text, data, {(): (0, len(text)), **values}, keys)


def _syntax(path: Path, message: str) -> Diagnostic:
    place = _PLACE.search(message)
    line, column = (int(place[1]), int(place[2])) if place and place[1] else (0, 0)
    problem = f"not valid TOML: {_PLACE.sub('', message)}"
    return Diagnostic(FilePlace(path, line, column), problem, "correct it here or just before")


def _spans(text: str) -> tuple[dict[Pointer, Span], dict[Pointer, Span]]:
    """Return where values and keys are; within a value of several lines, where it begins."""
    values: dict[Pointer, Span] = {}
    keys: dict[Pointer, Span] = {}
    table: Pointer = ()
    counts: dict[Pointer, int] = {}
    start = 0
    for line in text.splitlines(keepends=True):
        end = start + len(line.rstrip("\r\n"))
        if header := _TABLE.match(line):
            table = _parts(header["name"])
            if header["array"]:
                counts[table] = counts.get(table, -1) + 1
                table = (*table, counts[table])
            keys[table] = values[table] = (start + header.start("name"), end)
        elif key := _KEY.match(line):
            pointer = (*table, *_parts(key["name"]))
            keys[pointer] = (start + key.start("name"), end)
            values[pointer] = (start + key.end(), end)
        start += len(line)
    return values, keys


def _parts(name: str) -> Pointer:
    return tuple(double or single or bare for double, single, bare in _PART.findall(name))

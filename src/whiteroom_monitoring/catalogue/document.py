"""YAML files as plain data that remembers the place of each part."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import yaml

from whiteroom_monitoring.catalogue import core_schema
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, FilePlace

# The way to a part: keys and indices, from the top.
Pointer = tuple[str | int, ...]
# Line and column, counted from 1; (0, 0) is the file as a whole.
Place = tuple[int, int]
# Start and end as indices into the text.
Span = tuple[int, int]

WHOLE_FILE: Place = (0, 0)
_MERGE_KEY = "<<"
_DEEPEST = 100


@dataclass(frozen=True)
class Document:
    """A file's content as dicts, lists and scalars, and the span of each value and key."""

    path: Path
    text: str
    data: Any
    values: dict[Pointer, Span]
    keys: dict[Pointer, Span]

    def place(self, pointer: Pointer) -> Place:
        """Return the place of the value at ``pointer``, or of the nearest part around it."""
        return _place(self.text, self._span(pointer)[0])

    def key_place(self, pointer: Pointer) -> Place:
        """Return the place of the key of the value at ``pointer``."""
        return _place(self.text, self.keys.get(pointer, self._span(pointer))[0])

    def word_place(self, pointer: Pointer, word: str) -> Place:
        """Return the first place of ``word`` in the value at ``pointer``, else the value's."""
        start, end = self._span(pointer)
        match = re.compile(rf"(?<![\w:]){re.escape(word)}(?![\w:])").search(self.text, start, end)
        return _place(self.text, match.start() if match else start)

    def mappings(self, pointer: Pointer) -> Iterator[tuple[Pointer, dict[str, Any]]]:
        """Yield the mappings in the list at ``pointer``; nothing when there is no such list."""
        value = self.data
        try:
            for step in pointer:
                value = value[step]
        except (KeyError, IndexError, TypeError):
            return
        for index, item in enumerate(value if isinstance(value, list) else []):
            if isinstance(item, dict):
                yield (*pointer, index), item

    def diagnostic(
        self, place: Place, found: str, remedy: str = "", expected: str = "", about: str = ""
    ) -> Diagnostic:
        """Return a diagnostic of this file."""
        return Diagnostic(FilePlace(self.path, *place), found, remedy, expected, about)

    def _span(self, pointer: Pointer) -> Span:
        while pointer and pointer not in self.values:
            pointer = pointer[:-1]
        return self.values[pointer]


def read(path: Path) -> Document:
    """Return the YAML file ``path``.

    Raises DiagnosticsError when it can't be read, is not UTF-8, is empty, is not YAML, or has
    duplicate keys, merge keys or an alias inside its own anchor.
    """
    text = _read_text(path)
    root = _compose(path, text)
    if root is None:
        raise DiagnosticsError(
            [Diagnostic(FilePlace(path), "the file is empty", "fill or remove it")]
        )
    return _Builder(path, text).build(root)


def _read_text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        problem = f"the file can't be read: {error.strerror}"
        raise DiagnosticsError([Diagnostic(FilePlace(path), problem)]) from error
    try:
        return content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8", errors="replace")
        problem = f"the byte 0x{content[error.start]:02x} is not UTF-8"
        diagnostic = Diagnostic(
            FilePlace(path, *_place(before, len(before))), problem, "save the file as UTF-8"
        )
        raise DiagnosticsError([diagnostic]) from error


def _compose(path: Path, text: str) -> yaml.Node | None:
    root: yaml.Node | None
    try:
        if core_schema.is_nested_deeper(text, _DEEPEST):
            raise _too_deep(path)
        root = yaml.compose(text, core_schema.FastLoader)
    except yaml.YAMLError:
        root = _compose_or_explain(path, text)
    return root


def _compose_or_explain(path: Path, text: str) -> yaml.Node | None:
    """Compose what libyaml refuses, in Python, for the sake of the error's words."""
    try:
        root: yaml.Node | None = yaml.compose(text, core_schema.Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = _place(text, mark.index) if mark else WHOLE_FILE
        raise DiagnosticsError(
            [Diagnostic(FilePlace(path, *place), *_syntax_problem(error))]
        ) from error
    except yaml.reader.ReaderError as error:
        problem = f"the character U+{error.character:04X}, which YAML does not allow"
        diagnostic = Diagnostic(
            FilePlace(path, *_place(text, error.position)), problem, "remove it"
        )
        raise DiagnosticsError([diagnostic]) from error
    except RecursionError as error:
        raise _too_deep(path) from error
    return root


def _too_deep(path: Path) -> DiagnosticsError:
    problem = f"lists or mappings are nested more than {_DEEPEST} deep"
    return DiagnosticsError([Diagnostic(FilePlace(path), problem)])


def _syntax_problem(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    problem = error.problem or "unknown"
    if r"'\t'" in problem:
        return "found a tab where YAML expects spaces", "indent by spaces"
    context = f", {error.context}" if error.context else ""
    return f"not valid YAML: {problem}{context}", "correct the YAML here or just before"


def _place(text: str, index: int) -> Place:
    return text.count("\n", 0, index) + 1, index - text.rfind("\n", 0, index)


class _Builder:
    """Turns composed nodes into data, noting spans and collecting diagnostics."""

    def __init__(self, path: Path, text: str) -> None:
        self._document = Document(path, text, None, {}, {})
        self._diagnostics: list[Diagnostic] = []
        self._open: set[int] = set()

    def build(self, root: yaml.Node) -> Document:
        """Return the document, or raise DiagnosticsError with all diagnostics."""
        data = self._value(root, ())
        if self._diagnostics:
            raise DiagnosticsError(self._diagnostics)
        return replace(self._document, data=data)

    def _value(self, node: yaml.Node, pointer: Pointer) -> Any:
        if len(pointer) > _DEEPEST:  # by aliases within aliases
            raise _too_deep(self._document.path)
        self._document.values[pointer] = _span(node)
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node)
        if id(node) in self._open:
            return self._diagnostic(node, "an alias inside its own anchor", "write the value out")
        self._open.add(id(node))
        data: Any
        if isinstance(node, yaml.MappingNode):
            data = self._mapping(node, pointer)
        else:
            data = [self._value(item, (*pointer, i)) for i, item in enumerate(node.value)]
        self._open.discard(id(node))
        return data

    def _scalar(self, node: yaml.ScalarNode) -> Any:
        try:
            return core_schema.scalar(node)
        except ValueError as error:
            return self._diagnostic(node, str(error), "write it without a tag, or in quotes")

    def _mapping(self, node: yaml.MappingNode, pointer: Pointer) -> dict[str, Any]:
        data: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                self._diagnostic(key, "a list or mapping as a key", "use a word")
            elif key.value == _MERGE_KEY:
                self._diagnostic(key, "a merge key (<<)", "write the keys out")
            elif key.value in data:
                self._diagnostic(
                    key, f"the key {key.value} is given twice", "remove one of the two"
                )
            else:
                self._document.keys[*pointer, key.value] = _span(key)
                data[key.value] = self._value(value, (*pointer, key.value))
        return data

    def _diagnostic(self, node: yaml.Node, problem: str, remedy: str) -> None:
        place = _place(self._document.text, node.start_mark.index)
        self._diagnostics.append(self._document.diagnostic(place, problem, remedy))


def _span(node: yaml.Node) -> Span:
    return node.start_mark.index, node.end_mark.index

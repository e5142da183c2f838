"""The page of error messages: every message that the code can raise, by the room that raises it."""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from whiteroom_monitoring.documents.references.markdown import code, page, table

PATH = "docs/reference/messages.md"
_PACKAGE = Path(__file__).parent.parent.parent
_REMEDIES = Path(__file__).with_name("remedies.toml")
_BASE = "MonitoringError"
_ELLIPSIS = "…"


Remedies = Mapping[str, Mapping[str, str]]


@dataclass(frozen=True, order=True)
class Message:
    """A message: the room of the package, the error's class, and the text; … stands for a value."""

    room: str
    error: str
    text: str


def render(alerting: str) -> str:
    """Return the page; ``alerting`` is the link to the page about routes."""
    known = sorted(set(messages(modules())))
    text = _REMEDIES.read_text(encoding="utf-8").replace("ALERTING", alerting)
    remedies = tomllib.loads(text)
    rooms = sorted({message.room for message in known})
    parts = [part for room in rooms for part in _room(room, known, remedies)]
    return page(
        "the raise statements of the code",
        "Error messages",
        f"Every message that `whiteroom` and its services can end with. `{_ELLIPSIS}` stands for a "
        "name, a place or a number. A message says where the fault is, what was found, what was "
        "expected and what to do; this page adds where to look next. Search for the words around "
        "the names. [Troubleshooting](../how-to/troubleshooting.md) goes from symptoms to causes.",
        *parts,
    )


def _room(room: str, known: list[Message], remedies: Remedies) -> Iterator[str]:
    yield f"## {room}"
    yield remedies["rooms"].get(room, "")
    members = [message for message in known if message.room == room]
    for error in sorted({message.error for message in members}):
        yield f"### {error} ({room})" if error == _BASE else f"### {error}"
        errors = remedies["errors"]
        yield errors.get(f"{room}.{error}") or errors.get(error, "")
        rows = [[code(message.text)] for message in members if message.error == error]
        yield table(["message"], rows)


def modules() -> dict[Path, ast.Module]:
    """Return the package's modules, without generated ones."""
    return {
        path: ast.parse(path.read_text(encoding="utf-8"))
        for path in sorted(_PACKAGE.rglob("*.py"))
        if "generated" not in path.parts
    }


def messages(trees: Mapping[Path, ast.Module]) -> Iterator[Message]:
    """Yield every message of modules, as it is written in the code."""
    errors = error_classes(trees.values())
    for path, tree in trees.items():
        room = path.relative_to(_PACKAGE).parts[0].removesuffix(".py")
        for node in _statements(tree):
            if isinstance(node, ast.Raise) and (raised := _raised(node)):
                name, arguments = raised
                if name in errors and arguments and (text := template(arguments[0])):
                    yield Message(room, name, text)
            elif isinstance(node, ast.ClassDef) and node.name in errors:
                yield from (Message(room, node.name, text) for text in _own_texts(node))


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield the statements below a node, without the many expressions in them."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.stmt | ast.excepthandler | ast.match_case):
            yield node
            yield from _statements(node)


def error_classes(trees: Iterable[ast.AST]) -> set[str]:
    """Return the names of the classes that derive from the base of all errors."""
    bases: dict[str, set[str]] = {}
    for tree in trees:
        for node in _statements(tree):
            if isinstance(node, ast.ClassDef):
                names = {base.id for base in node.bases if isinstance(base, ast.Name)}
                bases.setdefault(node.name, set()).update(names)
    known = {_BASE}
    while new := {name for name, parents in bases.items() if parents & known} - known:
        known |= new
    return known


def _raised(node: ast.Raise) -> tuple[str, list[ast.expr]] | None:
    match node.exc:
        case ast.Call(func=ast.Name(id=name), args=arguments):
            return name, arguments
        case ast.Call(func=ast.Attribute(attr=name), args=arguments):
            return name, arguments
    return None


def _own_texts(node: ast.ClassDef) -> Iterator[str]:
    """Yield the texts that a class gives its base."""
    for call in ast.walk(node):
        match call:
            case ast.Call(func=ast.Attribute(attr="__init__", value=ast.Call()), args=[first, *_]):
                text = template(first)
                if text and text != _ELLIPSIS:
                    yield text


def template(node: ast.expr) -> str:
    """Return a text with an ellipsis for what is filled in; nothing when it is all filled in.

    >>> template(ast.parse("f'{path}: no file ' + reason", mode="eval").body)
    '…: no file …'
    """
    text = _template(node)
    return "" if not text.strip(f"{_ELLIPSIS} :,.;") else " ".join(text.split())


def _template(node: ast.expr) -> str:
    match node:
        case ast.Constant(value=str(text)):
            return text
        case ast.JoinedStr(values=values):
            return "".join(_template(value) for value in values)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return _template(left) + _template(right)
    return _ELLIPSIS

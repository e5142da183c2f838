"""The rooms of the package import downwards; the table in the architecture page says what is down.

Its rows are the layers, from top to bottom; rooms of one row don't import each other.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT

PACKAGE = "whiteroom_monitoring"
FOLDER = ROOT / "src" / PACKAGE
PAGE = ROOT / "docs/explanation/architecture.md"
SERVICES = ("console", "inbox", "reconciler", "exporters", "logs")
# The package itself: its version, and the names that its modules had.
OF_ALL = {"__init__", "_moved"}
_ROW = re.compile(r"^\| ((?:`\w+(?:/|\.py)`(?:, )?)+) \|", re.MULTILINE)
_NAME = re.compile(r"`(\w+)(?:/|\.py)`")


def _layers() -> list[tuple[str, ...]]:
    text = PAGE.read_text(encoding="utf-8").partition("is a house of rooms.")[2]
    table = text.partition("\n## ")[0]
    return [tuple(_NAME.findall(row)) for row in _ROW.findall(table)]


LAYERS = _layers()
DEPTHS = {room: depth for depth, rooms in enumerate(LAYERS) for room in rooms}


def _room(module: str) -> str:
    return module.removeprefix(PACKAGE).strip(".").partition(".")[0] or "__init__"


def _imported(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of each module of the package that is imported, also within functions."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            whole = node.module == PACKAGE
            names = [f"{PACKAGE}.{a.name}" for a in node.names] if whole else [node.module]
        else:
            continue
        yield from ((node.lineno, n) for n in names if n == PACKAGE or n.startswith(f"{PACKAGE}."))


def faults(room: str, text: str) -> list[str]:
    """Return the imports of a module of ``room`` that don't lead downwards."""
    wrong = []
    for line, module in _imported(ast.parse(text)):
        target = _room(module)
        if target == room or target in OF_ALL or target == "__version__":
            continue
        if DEPTHS[target] <= DEPTHS[room]:
            wrong.append(f"{line}: {room} imports {module}")
    return wrong


def _modules() -> Iterator[tuple[str, Path]]:
    for path in sorted(FOLDER.rglob("*.py")):
        place = path.relative_to(FOLDER)
        room = place.parts[0].removesuffix(".py")
        if room not in OF_ALL | {"__main__"}:
            yield room, path


def test_every_room_has_a_layer() -> None:
    """The table has each room and each module of the package once, and no other."""
    rooms = {room for room, _ in _modules()}
    named = [room for layer in LAYERS for room in layer]
    assert sorted(named) == sorted(rooms)


def test_imports_run_downwards() -> None:
    """No module imports from its own layer or from one above."""
    wrong = [
        f"{path.relative_to(ROOT)}:{fault}"
        for room, path in _modules()
        for fault in faults(room, path.read_text(encoding="utf-8"))
    ]
    assert wrong == []


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_does_not_know_what_deploys_it(service: str) -> None:
    """A service that imports the launcher, a command or another service is named."""
    others = [room for room in ("cli", "deploy", *SERVICES) if room != service]
    for room in others:
        text = f"def f():\n    from {PACKAGE}.{room} import anything\n"
        assert faults(service, text) == [f"2: {service} imports {PACKAGE}.{room}"]


def test_only_commands_know_argparse() -> None:
    """Parsing words is the work of `cli` alone."""
    knowing = {room for room, path in _modules() if "argparse" in path.read_text(encoding="utf-8")}
    assert knowing == {"cli"}


@pytest.mark.parametrize(
    ("command", "without"),
    [
        (
            "status",
            {
                "rich",
                "yaml",
                f"{PACKAGE}.project.settings",
                f"{PACKAGE}.deploy.component",
                f"{PACKAGE}.deploy.host.accounts",
                f"{PACKAGE}.datasources.single_flight",
            },
        ),
        ("up", {f"{PACKAGE}.deploy.apply", f"{PACKAGE}.deploy.registry"}),
    ],
)
def test_short_commands_import_little(command: str, without: set[str]) -> None:
    """`status` and the help of `up` are there at once: what takes long is not imported for them."""
    code = f"import sys, {PACKAGE}.cli.{command}; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert without & set(done.stdout.split()) == set()

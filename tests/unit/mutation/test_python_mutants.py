"""What `whiteroom mutate --python` changes in a module."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring.mutation.python_mutants import mutants
from whiteroom_monitoring.mutation.python_runner import candidates, modules, name_of, room_of
from whiteroom_monitoring.project import repository_root

CHANGES = [
    ("a < b", ["comparison: a < b → a <= b", "comparison: a < b → a > b"]),
    ("a == b", ["comparison: a == b → a != b"]),
    ("a in b", ["comparison: a in b → a not in b"]),
    ("a is None", ["comparison: a is None → a is not None"]),
    ("a and b", ["boolean: a and b → a or b"]),
    ("not a", ["boolean: not a → a"]),
    ("f(True)", ["constant: True → False"]),
    ("f(7)", ["constant: 7 → 8"]),
    ("f(0.5)", ["constant: 0.5 → 1.5"]),
    ("a + b", ["arithmetic: a + b → a - b"]),
    ("a // b", ["arithmetic: a // b → a * b"]),
    ("f(a, b='c')", []),
    ("a + 'text'", []),
    ("[] + a", []),
    ("zip(a, b, strict=True)", []),
]


def _module(folder: Path, text: str) -> Path:
    path = folder / "module.py"
    path.write_text(text)
    return path


@pytest.mark.parametrize(("text", "expected"), CHANGES)
def test_each_kind_of_change_is_made(text: str, expected: list[str], tmp_path: Path) -> None:
    """Comparisons, booleans, constants and arithmetic are changed; texts and guards are not."""
    found = mutants(_module(tmp_path, f"def f():\n    return {text}\n"))
    assert [mutant.id for mutant in found] == [f"f: {change}" for change in expected]
    assert [(mutant.line, mutant.column) for mutant in found if mutant.kind != "constant"] == [
        (2, 12) for mutant in found if mutant.kind != "constant"
    ]


def test_what_does_not_run_is_left_as_it_is(tmp_path: Path) -> None:
    """Annotations, decorators, literal types and a module's own start are not changed."""
    text = (
        "@dataclass(frozen=True)\n"
        "class A:\n"
        "    b: Literal[1, 2] = field(repr=False)\n"
        "    def f(self, a: c == 1) -> d < 2: ...\n"
        "Kind = Literal[3]\n"
        "if __name__ == '__main__':\n"
        "    exit(1)\n"
    )
    assert [mutant.id for mutant in mutants(_module(tmp_path, text))] == [
        "A: constant: False → True"
    ]


def test_a_mutant_is_the_module_with_one_change(tmp_path: Path) -> None:
    """Everything else is as it was, and mutants that look alike have numbers."""
    path = _module(tmp_path, "A = 1\n\ndef f(a):\n    if a > 1:\n        return a - 1\n")
    found = mutants(path)
    assert [mutant.id for mutant in found] == [
        "(module): constant: 1 → 2",
        "f: comparison: a > 1 → a >= 1",
        "f: comparison: a > 1 → a < 1",
        "f: constant: 1 → 2",
        "f: arithmetic: a - 1 → a + 1",
        "f: constant: 1 → 2 #1",
    ]
    assert found[-1].source == "A = 1\n\ndef f(a):\n    if a > 1:\n        return a - 2"
    assert str(found[1]) == f"{path}:4:8: f: comparison: a > 1 → a >= 1"


def test_modules_are_named_by_room() -> None:
    """A room is all of its modules, a module is one of them; each mutant knows both."""
    root = repository_root()
    assert root is not None
    [path] = modules(root, ["slo/model"])
    assert path in modules(root, ["slo"])
    found = candidates(root, ["slo/model"], ["arithmetic"])
    assert {(name_of(m), room_of(m), m.kind) for m in found} == {
        ("whiteroom_monitoring.slo.model", "slo", "arithmetic")
    }

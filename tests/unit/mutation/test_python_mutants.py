"""What `whiteroom mutate --python` changes in a module."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

import pytest

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.mutation.python_mutants import mutants
from whiteroom_monitoring.mutation.python_rooms import (
    TOP,
    candidates,
    modules,
    name_of,
    room_of,
    rooms,
    sample_each_room,
)
from whiteroom_monitoring.mutation.python_runner import PythonMutationRunner
from whiteroom_monitoring.mutation.report import add_rooms, print_report, report
from whiteroom_monitoring.resources import repository_root

ROOT = repository_root()

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
    made = mutants(_module(tmp_path, f"def f():\n    return {text}\n"))
    assert [mutant.id for mutant in made] == [f"f: {change}" for change in expected]
    assert [(mutant.line, mutant.column) for mutant in made if mutant.kind != "constant"] == [
        (2, 12) for mutant in made if mutant.kind != "constant"
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
    made = mutants(path)
    assert [mutant.id for mutant in made] == [
        "(module): constant: 1 → 2",
        "f: comparison: a > 1 → a >= 1",
        "f: comparison: a > 1 → a < 1",
        "f: constant: 1 → 2",
        "f: arithmetic: a - 1 → a + 1",
        "f: constant: 1 → 2 #1",
    ]
    assert made[-1].source == "A = 1\n\ndef f(a):\n    if a > 1:\n        return a - 2"
    assert str(made[1]) == f"{path}:4:8: f: comparison: a > 1 → a >= 1"


def test_modules_are_named_by_room() -> None:
    """A room is all of its modules, a module is one of them; each mutant knows both."""
    root = repository_root()
    assert root is not None
    [path] = modules(root, ["slo/model"])
    assert path in modules(root, ["slo"])
    made = candidates(root, ["slo/model"], ["arithmetic"])
    assert {(name_of(m), room_of(m), m.kind) for m in made} == {
        ("whiteroom_monitoring.slo.model", "slo", "arithmetic")
    }


def test_every_room_has_tests_of_its_name() -> None:
    """Whoever adds a room adds a folder of unit tests; generated modules belong to none."""
    assert ROOT is not None
    for room in rooms(ROOT):
        assert list((ROOT / "tests/unit" / room).rglob("test_*.py")), room
        assert modules(ROOT, [room]), room
    assert TOP in rooms(ROOT)
    assert {room_of(m) for m in candidates(ROOT, [TOP])} == {TOP}
    generated = ROOT / "src/whiteroom_monitoring/client/generated"
    assert not [m for m in candidates(ROOT, ["client"]) if generated in m.path.parents]


def test_a_sample_has_as_many_of_each_room() -> None:
    """Each room gives as many mutants, the same ones for a seed; a small one gives all it has."""
    assert ROOT is not None
    both = candidates(ROOT, ["slo/model", "diagnostics"])
    chosen = sample_each_room(both, 6, seed=1)
    assert [room_of(m) for m in chosen] == ["slo"] * 6 + ["diagnostics"] * 6
    assert sample_each_room(both, 6, seed=1) == chosen != sample_each_room(both, 6, seed=2)
    assert sample_each_room(both, None, seed=1) == both


@dataclass(frozen=True)
class Judged:
    """A result of a mutant in a room."""

    room: str
    verdict: str
    kind: str = "constant"

    def survivor(self) -> dict[str, Any]:
        """Return nothing that is looked at here."""
        return {}


def test_a_room_counts_as_much_as_it_has_mutants(capsys: pytest.CaptureFixture[str]) -> None:
    """What a sample says of all: a large room weighs more, equivalent mutants weigh nothing."""
    results = [
        *(Judged("large", verdict) for verdict in ("caught", "survived", "equivalent")),
        *(Judged("small", "caught") for _ in range(2)),
    ]
    document = report(results, ["constant"], 0.85, seed=1)
    assert (document["ratio"], document["ok"]) == (0.75, False)
    add_rooms(document, results, {"large": 90, "small": 10})
    assert (document["ratio"], document["ok"]) == (0.55, False)
    assert document["rooms"]["large"] == {"mutants": 2, "caught": 1, "all": 90}
    add_rooms(document, results, {"large": 10, "small": 90})
    assert (document["ratio"], document["ok"]) == (0.95, True)
    print_report({**document, "seconds": 1.0})
    assert "large          1 of   2 caught  50.0%, of 10 in all" in capsys.readouterr().out


class Answering:
    """A worker that answers with these statuses, one after the other."""

    def __init__(self, *statuses: int) -> None:
        self._statuses = list(statuses)

    def ask(self, **request: Any) -> dict[str, Any]:
        """Answer."""
        assert request["tests"] == ["tests/unit/slo"]
        return {"status": self._statuses.pop(0), "tests": {}}


@pytest.mark.parametrize(("statuses", "fails"), [((0,), False), ((1, 0), False), ((1, 1), True)])
def test_tests_that_fail_only_while_they_are_traced_pass(
    tmp_path: Path, statuses: tuple[int, ...], fails: bool
) -> None:
    """A test that counts calls counts the tracer's; one that fails by itself ends the run."""
    assert ROOT is not None
    runner = PythonMutationRunner(ROOT, cache=tmp_path / "verdicts")
    workers: Any = SimpleQueue()
    workers.put(Answering(*statuses))
    if fails:
        with pytest.raises(MonitoringError, match="tests/unit/slo fails without any mutation"):
            runner._cover("slo", workers)
    else:
        runner._cover("slo", workers)
    assert workers.qsize() == 1

"""The tests of the rooms notice when their code changes: the mutation score of Python."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import whiteroom_monitoring
from whiteroom_monitoring.cli.main import main
from whiteroom_monitoring.mutation.python_mutants import PythonMutant
from whiteroom_monitoring.mutation.python_rooms import candidates, name_of
from whiteroom_monitoring.mutation.python_runner import PythonMutationRunner, equivalents
from whiteroom_monitoring.resources import repository_root

SCHEMA = Path(whiteroom_monitoring.__file__).parent / "schemas/mutate.schema.json"
ROOT = repository_root()


@dataclass(frozen=True)
class Changed(PythonMutant):
    """A mutant of whatever source it is given."""

    whole: str = ""

    @property
    def source(self) -> str:
        """The module's source."""
        return self.whole


@pytest.fixture
def scale() -> PythonMutant:
    """The mutant of slo/model.py that divides a range by its unit."""
    assert ROOT is not None
    [mutant] = candidates(ROOT, ["slo/model"], ["arithmetic"])[:1]
    assert "* _UNITS_S" in mutant.old
    return mutant


@pytest.fixture
def runner(tmp_path: Path) -> PythonMutationRunner:
    """A runner that knows no verdicts."""
    assert ROOT is not None
    return PythonMutationRunner(ROOT, jobs=1, cache=tmp_path / "verdicts.jsonl")


def test_a_change_is_caught_and_no_change_is_not(
    scale: PythonMutant, runner: PythonMutationRunner
) -> None:
    """What breaks a test or never ends is caught, and what changes nothing survives."""
    source = scale.path.read_text()
    endless = source.replace("return int(", "while True: pass\n        return int(")
    broken = source.replace("def __str__", "def __string__")
    others = [Changed(**vars(scale), whole=text) for text in (source, endless, broken)]
    changed = [scale, *others]
    verdicts = [result.verdict for result in runner.run(changed)]
    assert verdicts == ["caught", "survived", "caught", "caught"]


def test_what_runs_at_the_import_is_caught_by_every_test(runner: PythonMutationRunner) -> None:
    """A module of constants has no line that a test runs, and its constants are judged anyway."""
    assert ROOT is not None
    mutants = candidates(ROOT, ["datasources/limits"])[:2]
    assert {result.verdict for result in runner.run(mutants)} == {"caught"}


def test_a_verdict_is_remembered(
    scale: PythonMutant, runner: PythonMutationRunner, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A second run asks no test again, as long as the module and the tests stay as they are."""
    [first] = runner.run([scale])
    monkeypatch.setattr(runner, "_cover", lambda *_: pytest.fail("the tests were run again"))
    [again] = runner.run([scale])
    assert first.verdict == again.verdict == "caught"


def test_equivalent_mutants_exist_and_have_reasons() -> None:
    """Every mutant that is excused is one that is made, and says why no test can notice it."""
    assert ROOT is not None
    made: dict[str, set[str]] = {}
    for mutant in candidates(ROOT):
        made.setdefault(name_of(mutant), set()).add(mutant.id)
    for module, excused in equivalents().items():
        assert excused.keys() <= made[module], module
        assert all(len(reason) > 20 for reason in excused.values())


def _report(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    status = main(["mutate", "--python", "--json", *words])
    report = json.loads(capsys.readouterr().out)
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    return status, report


def test_a_room_is_named_that_is_meant(capsys: pytest.CaptureFixture[str]) -> None:
    """A room or module that does not exist is a usage error."""
    assert main(["mutate", "--python", "promq"]) == 2
    assert "no such module" in capsys.readouterr().err


@pytest.mark.timeout(600)
def test_our_tests_catch_a_sample(capsys: pytest.CaptureFixture[str]) -> None:
    """Of three mutants that a seed chooses from each of the quick rooms, 85 % are caught."""
    quick = ("promql", "slo", "catalogue", "diagnostics", "grafana/evaluation/time_range")
    status, report = _report(capsys, *quick, "grafana/evaluation/interpolation", "--sample", "3")
    assert status == 0, report["survivors"]


@pytest.mark.long
@pytest.mark.timeout(7200)
def test_our_tests_catch_the_mutants(capsys: pytest.CaptureFixture[str]) -> None:
    """Of all mutants of all rooms, 85 % are caught."""
    status, report = _report(capsys)
    assert status == 0, report["survivors"]

"""A check has one result, whatever happens in it, and results have one table and one schema."""

from __future__ import annotations

import io
import json
import pkgutil
import sys
import threading
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import whiteroom_monitoring
from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring import lint
from whiteroom_monitoring.diagnostics import (
    Check,
    CheckFailed,
    CheckResult,
    CheckSkipped,
    Diagnostic,
    DiagnosticsError,
    FilePlace,
    Thing,
    check,
    report,
    require_none,
    succeeded,
)
from whiteroom_monitoring.diagnostics.registry import discover, results
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.lint import checks as lints
from whiteroom_monitoring.probes import registry as live

SCHEMA = Path(whiteroom_monitoring.__file__).parent / "schemas/checks.schema.json"
FILE = Diagnostic(FilePlace(Path("a.yml"), 3, 7), "the priority 'P7'", "choose one", "P0 to P3")
TARGET = Diagnostic(Thing("target", "node"), "is down", "start it", about="Targets")


def _raise(error: Exception) -> str:
    raise error


def _check(error: Exception | None = None, seen: str = "3 rules") -> Check[None]:
    return Check("rule-names", "rules", "names", lambda _: _raise(error) if error else seen)


OUTCOMES = [
    (None, "ok", "3 rules", 0, ""),
    (CheckFailed("2 rules", [FILE]), "failed", "2 rules", 1, ""),
    (
        CheckFailed("nothing runs", remedy="whiteroom up"),
        "failed",
        "nothing runs",
        0,
        "whiteroom up",
    ),
    (CheckSkipped("no promtool", "install it"), "skipped", "no promtool", 0, "install it"),
    (DiagnosticsError([TARGET, FILE]), "failed", "2 diagnostics", 2, ""),
    (MonitoringError("not reached"), "failed", "not reached", 0, ""),
    (OSError("no such file"), "failed", "no such file", 0, ""),
]


@pytest.mark.parametrize(("error", "state", "seen", "diagnostics", "remedy"), OUTCOMES)
def test_every_outcome_is_a_result(
    error: Exception | None, state: str, seen: str, diagnostics: int, remedy: str
) -> None:
    """A check ends ok, failed or skipped, with what it saw; it never ends the program."""
    result = _check(error).result(None)
    assert (result.state, result.seen, result.remedy) == (state, seen, remedy)
    assert len(result.diagnostics) == diagnostics
    assert (result.id, result.area, result.expected) == ("rule-names", "rules", "names")
    assert succeeded([result]) == (state != "failed")


def test_a_result_says_how_long_it_took(monkeypatch: pytest.MonkeyPatch) -> None:
    """The seconds are those between start and end, to the millisecond."""
    clock = iter([10.0, 12.34567])
    monkeypatch.setattr("time.monotonic", lambda: next(clock))
    assert _check().result(None).seconds == 2.346


def test_a_check_runs_no_programs_unless_it_says_so() -> None:
    """Only what is marked is run beside the others."""
    assert not _check().programs
    assert not check("a", "b", "")(lambda _: "").programs
    assert check("a", "b", "", programs=True)(lambda _: "").programs


def test_a_bug_of_a_check_is_no_finding() -> None:
    """An error that is none of ours is not reported as a failure of what is checked."""
    with pytest.raises(ZeroDivisionError):
        _check(ZeroDivisionError()).result(None)


def test_no_diagnostics_are_required() -> None:
    """What was seen is returned only where nothing is wrong."""
    assert require_none([], "3 rules") == "3 rules"
    with pytest.raises(CheckFailed, match="3 rules") as failed:
        require_none(iter([FILE]), "3 rules")
    assert failed.value.diagnostics == (FILE,)


def test_a_diagnostic_says_place_problem_and_remedy() -> None:
    """A diagnostic is one line: where, about what, found, expected, and what to do."""
    assert str(FILE) == "a.yml:3:7: found the priority 'P7', expected P0 to P3 (choose one)"
    assert str(TARGET) == "target node: Targets: is down (start it)"
    assert str(Diagnostic(FilePlace(Path("a.yml")), "the file is empty")) == (
        "a.yml: the file is empty"
    )
    assert (TARGET.path, TARGET.line, TARGET.column) == (None, 0, 0)
    assert (FILE.path, FILE.line, FILE.column) == (Path("a.yml"), 3, 7)
    assert FilePlace(Path("a.yml")) == FilePlace(Path("a.yml"), 0, 0)


def test_diagnostics_are_in_the_order_of_their_places() -> None:
    """Things come first, then files by path, line and column."""
    places = [
        FilePlace(Path("b.yml"), 1, 1),
        FilePlace(Path("a.yml"), 10, 2),
        FilePlace(Path("a.yml"), 10, 1),
        FilePlace(Path("a.yml"), 9, 3),
        Thing("target", "node"),
    ]
    error = DiagnosticsError([Diagnostic(place, "x") for place in places])
    assert [diagnostic.place for diagnostic in error.diagnostics] == places[::-1]
    assert not FILE < FILE  # noqa: PLR0124 - the order is strict


def _made() -> list[CheckResult]:
    return [
        _check().result(None),
        _check(CheckFailed("2 rules", [FILE, TARGET])).result(None),
        _check(CheckSkipped("no promtool", "install it")).result(None),
    ]


def test_json_is_what_the_schema_describes() -> None:
    """Every state, and places in files and elsewhere, fit the one schema."""
    schema = json.loads(SCHEMA.read_text())
    document = json.loads(report.as_json(_made()))
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(document, schema)
    ok, failed, skipped = document["checks"]
    assert not document["ok"]
    assert ok["diagnostics"] == []
    assert failed["diagnostics"][0] == {
        "path": "a.yml",
        "line": 3,
        "column": 7,
        "problem": "found the priority 'P7', expected P0 to P3",
        "found": "the priority 'P7'",
        "expected": "P0 to P3",
        "remedy": "choose one",
    }
    assert failed["diagnostics"][1]["thing"] == "target node"
    assert (skipped["reason"], skipped["remedy"]) == ("no promtool", "install it")


BROKEN: list[dict[str, Any]] = [
    {"state": "good"},
    {"seconds": -1},
    {"id": "Rule Names"},
    {"reason": "none"},
    {"diagnostics": [{"problem": "x", "found": "x", "expected": "", "remedy": ""}]},
]


@pytest.mark.parametrize("change", BROKEN)
def test_the_schema_refuses_what_is_no_report(change: dict[str, Any]) -> None:
    """A wrong state, a reason of a check that was made, or a diagnostic of no place is refused."""
    document = json.loads(report.as_json(_made()))
    document["checks"][0] |= change
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(document, json.loads(SCHEMA.read_text()))


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self) -> bool:
        """Return that it is."""
        return True


def test_the_table_has_all_results_and_their_details() -> None:
    """A row for each check, then why one was skipped, what is wrong, and a sum."""
    out = io.StringIO()
    report.print_table(_made(), out)
    lines = out.getvalue().splitlines()
    assert lines == [line.rstrip() for line in lines]
    assert lines[0].split() == ["check", "area", "state", "seen", "expected"]
    assert [line.split()[2] for line in lines[1:4]] == ["ok", "failed", "skipped"]
    assert lines[4:] == [
        "",
        "rule-names:",
        f"  {FILE}",
        f"  {TARGET}",
        "rule-names skipped: no promtool (install it)",
        "1 ok, 1 failed, 1 skipped",
    ]


def test_colour_is_for_terminals(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file has no escape sequence, a terminal has, unless NO_COLOR says otherwise."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    plain, coloured = io.StringIO(), Terminal()
    report.print_table(_made(), plain)
    report.print_table(_made(), coloured)
    assert "\x1b[31m" not in plain.getvalue()
    assert "\x1b[31m" in coloured.getvalue()
    monkeypatch.setenv("NO_COLOR", "1")
    without = Terminal()
    report.print_table(_made(), without)
    assert "\x1b[31m" not in without.getvalue()


def test_a_terminal_folds_the_table_and_not_the_places(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a narrow terminal a diagnostic stays one line, which can be copied, without styles."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.delenv("NO_COLOR", raising=False)
    out = Terminal()
    report.print_table(_made(), out)
    lines = out.getvalue().splitlines()
    assert f"  {FILE}" in lines
    assert all(len(line) <= 50 for line in lines if "\x1b" not in line and str(FILE) not in line)
    assert "1 ok, 1 failed, 1 skipped" in lines


def test_a_result_is_printed_as_it_is() -> None:
    """Brackets in what was seen are text, not styles of the table."""
    out = io.StringIO()
    report.print_table([_check(seen="increase(a[5m]) [red]x[/red]").result(None)], out)
    assert "increase(a[5m]) [red]x[/red]" in out.getvalue()


def test_programs_run_beside_the_other_checks() -> None:
    """A check that runs a program is started first; results keep the order of the checks."""
    other = threading.Event()

    def program(_: None) -> str:
        return "waited" if other.wait(timeout=30) else "ran alone"

    def plain(_: None) -> str:
        other.set()
        return "done"

    slow = Check("promtool", "tools", "", program, programs=True)
    made = results([slow, Check("names", "rules", "", plain)], None)
    assert [(result.id, result.seen) for result in made] == [
        ("promtool", "waited"),
        ("names", "done"),
    ]


def test_a_check_is_found_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Adding a check is adding a file; a check that a file only imports is not made twice."""
    package = tmp_path / "added"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "one_rule.py").write_text(
        "from whiteroom_monitoring.diagnostics import check\n"
        "@check('one-rule', 'added', 'one')\n"
        "def one_rule(subject):\n    return 'seen'\n"
    )
    (package / "two_rules.py").write_text("from added.one_rule import one_rule\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert [check.id for check in discover("added")] == ["one-rule"]


def test_ids_are_unique() -> None:
    """No two checks, of files or of the running stack, have one id."""
    ids = [check.id for check in (*lints.checks(), *live.probes(WHITE_ROOM))]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("check", lints.checks(), ids=lambda check: check.id)
def test_a_lint_is_the_file_of_its_name(check: Check[Any]) -> None:
    """The folder is the area, the file the id, and so is the function."""
    assert check.run.__module__ == f"{lint.__name__}.{check.area}.{check.name}"
    assert check.run.__name__ == check.name


def _is_misplaced(check: Check[Any]) -> bool:
    return check.run.__module__.rpartition(".")[2] != check.name


def test_a_lint_in_another_file_is_seen() -> None:
    """The law of names fails for a check whose id is not the name of its file."""

    @check("other-name", "rules", "")
    def other_name(_: None) -> str:
        return ""

    assert _is_misplaced(other_name)


def test_every_area_is_listed() -> None:
    """No folder of lints and no file of probes is left out of the list of areas."""
    folders = {module.name for module in pkgutil.iter_modules(lint.__path__) if module.ispkg}
    assert folders == set(lints.AREAS)
    assert {probe.area for probe in live.probes(WHITE_ROOM)} == {
        *live.BEFORE,
        "engine",
        "frontend",
        "services",
        *live.AFTER,
    }


@pytest.mark.parametrize("probe", live.probes(WHITE_ROOM), ids=lambda probe: probe.id)
def test_a_probe_has_the_name_of_its_id(probe: Check[Any]) -> None:
    """The file is the area; the function is the id, or the area where several are made alike."""
    module = sys.modules[probe.run.__module__]
    assert probe.run.__module__.rpartition(".")[2] == probe.area
    assert probe.run.__name__ in (probe.name, probe.area)
    if probe.run.__name__ == probe.name:
        assert isinstance(getattr(module, probe.name), Check)

"""The commands about files: check, generate and mutate; what they print, and how they end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from whiteroom_monitoring.cli import check, generate, mutate
from whiteroom_monitoring.cli.tables import Cell, print_rows
from whiteroom_monitoring.diagnostics import (
    Check,
    CheckFailed,
    CheckResult,
    Diagnostic,
    FilePlace,
    Thing,
)
from whiteroom_monitoring.generated_files import GeneratedFile
from whiteroom_monitoring.mutation.report import report as mutation_report
from whiteroom_monitoring.resources import share


@pytest.fixture
def workspaces(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], list[Any]]:
    """Replaces the checks by one that passes or fails; gives the workspaces that it sees."""

    def make(passes: bool) -> list[Any]:
        seen: list[Any] = []

        def run(workspace: Any) -> str:
            seen.append(workspace)
            if not passes:
                raise CheckFailed("broken")
            return "fine"

        monkeypatch.setattr(check, "checks", lambda: [Check("one", "area", "it holds", run)])
        return seen

    return make


def test_check_ends_with_what_it_found(
    whiteroom: Callable[..., Any], workspaces: Callable[[bool], list[Any]], tmp_path: Path
) -> None:
    """It looks at the package's own files or at those that are named; a failure is status 1."""
    [seen] = (workspaces(True),)
    assert whiteroom("check").status == 0
    for name in ("c", "i"):
        (tmp_path / name).mkdir()
    folders = ("--catalogue", tmp_path / "c", "--infrastructure", tmp_path / "i")
    assert whiteroom("check", *folders).status == 0
    assert [w.project.catalogues for w in seen] == [(share("catalogue"),), (tmp_path / "c",)]
    assert [w.project.files.folder for w in seen] == [
        share("infrastructure/monitoring"), tmp_path / "i"
    ]  # fmt: skip
    workspaces(False)
    ran = whiteroom("check", "--json")
    assert (ran.status, ran.json["ok"]) == (1, False)


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Path]]:
    """Replaces what is generated; gives the folders that were written to."""

    def make(*files: GeneratedFile) -> list[Path]:
        written: list[Path] = []
        monkeypatch.setattr(generate, "generate", lambda project: {})
        monkeypatch.setattr(generate.pages, "generate", lambda *_: {})
        monkeypatch.setattr(generate.files, "compare", lambda root, generated: files)
        monkeypatch.setattr(generate.files, "write", lambda root, _: written.append(root))
        return written

    return make


CURRENT = GeneratedFile("a.md", "same\n", "same\n")
DRIFTED = GeneratedFile("b.md", "old\n", "new\n")


def test_generate_writes_or_compares(
    whiteroom: Callable[..., Any], outputs: Callable[..., list[Path]], tmp_path: Path
) -> None:
    """With --check nothing is written, and a file that differs is a failure with its diff."""
    written = outputs(CURRENT, DRIFTED)
    ran = whiteroom("generate", "--root", tmp_path)
    assert (ran.status, ran.lines) == (0, ["written   b.md"])
    assert written == [tmp_path]
    ran = whiteroom("generate", "--root", tmp_path, "--check")
    assert ran.status == 1
    assert ran.lines[0] == "differs   b.md"
    assert {"-old", "+new", "to mend it, run: whiteroom generate"} <= set(ran.lines)
    assert "more lines" not in ran.out
    assert written == [tmp_path]
    states = [file["state"] for file in whiteroom("generate", "--check", "--json").json["files"]]
    assert states == ["current", "differs"]


def test_generate_reads_the_catalogue_that_is_named(
    whiteroom: Callable[..., Any],
    outputs: Callable[..., list[Path]],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """Without --catalogue it is the project's."""
    outputs()
    read: list[Any] = []
    monkeypatch.setattr(generate, "generate", lambda project: read.append(project.catalogues) or {})
    whiteroom("generate", "--root", tmp_path)
    whiteroom("generate", "--root", tmp_path, "--catalogue", tmp_path)
    assert read == [(share("catalogue"),), (tmp_path,)]


def test_generate_says_when_all_is_current(
    whiteroom: Callable[..., Any], outputs: Callable[..., list[Path]], tmp_path: Path
) -> None:
    """Nothing to do is one line, with --check or without."""
    outputs(CURRENT)
    for words in ((), ("--check",)):
        ran = whiteroom("generate", "--root", tmp_path, *words)
        assert (ran.status, ran.out) == (0, "all 1 generated files are current\n")


@pytest.mark.parametrize(("lines", "left"), [(57, ""), (58, "... and 1 more lines")])
def test_a_long_difference_is_cut(
    whiteroom: Callable[..., Any], outputs: Callable[..., list[Path]], lines: int, left: str
) -> None:
    """Sixty lines of a difference are shown, of which three are its head; the rest is counted."""
    outputs(GeneratedFile("b.md", "", "".join(f"{number}\n" for number in range(lines))))
    ran = whiteroom("generate", "--check")
    assert ran.out.count("\n+") == min(lines, 57) + 1
    assert ("more lines" in ran.out, left in ran.out) == (bool(left), True)


def test_an_installed_package_needs_a_project(
    whiteroom: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Only in a clone is there a place to write to, and there are tests to run."""
    for module in (generate, mutate):
        monkeypatch.setattr(module, "repository_root", lambda: None)
    assert "whiteroom init NAME" in whiteroom("generate").err
    ran = whiteroom("mutate", "--python")
    assert (ran.status, "run it in a clone" in ran.err) == (2, True)


class Caught:
    """A result that counts as caught, or as what it is told."""

    def __init__(self, mutant: Any, verdict: str = "caught") -> None:
        self.mutant, self.verdict = mutant, verdict
        self.kind, self.room = mutant.kind, "slo"

    def __str__(self) -> str:
        return "a mutant"

    def survivor(self) -> dict[str, Any]:
        """Return nothing that is looked at here."""
        return {}


@pytest.fixture
def judge(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], list[Any]]:
    """Gives every mutant the same verdict, without running a test; gives those that are tried."""

    def make(verdict: str) -> list[Any]:
        tried: list[Any] = []

        class Runner:
            def __init__(self, *_: Any) -> None:
                pass

            def run(self, mutants: list[Any], jobs: Any = None) -> list[Caught]:
                tried[:] = mutants
                return [Caught(mutant, verdict) for mutant in mutants]

        monkeypatch.setattr(mutate, "MutationRunner", Runner)
        monkeypatch.setattr(mutate.python_runner, "PythonMutationRunner", Runner)
        return tried

    return make


@pytest.mark.parametrize("words", [("audio",), ("--python", "slo/model")])
def test_mutate_ends_with_what_survived(
    whiteroom: Callable[..., Any], judge: Callable[[str], list[Any]], words: tuple[str, ...]
) -> None:
    """All mutants are tried, or as many as are asked for; survivors are printed, and are a failure
    when they are too many."""
    tried = judge("caught")
    ran = whiteroom("mutate", *words)
    assert (ran.status, "survived" in ran.out) == (0, False)
    assert len(tried) > 1
    ran = whiteroom("mutate", *words, "--sample", 1, "--json")
    assert (ran.json["mutants"], ran.json["seed"]) == (1, 20261125)
    assert 0 <= ran.json["seconds"] < 60
    judge("survived")
    ran = whiteroom("mutate", *words, "--sample", 2)
    assert ran.status == 1
    assert ran.out.count("survived  a mutant") == 2
    assert "survived" not in whiteroom("mutate", *words, "--json").out


@pytest.mark.parametrize(
    ("words", "kind"), [(("audio",), "window"), (("--python", "slo/model"), "arithmetic")]
)
def test_mutants_of_one_kind(
    whiteroom: Callable[..., Any], judge: Callable[[str], list[Any]], words: Any, kind: str
) -> None:
    """Kinds of rules and kinds of Python can be asked for."""
    tried = judge("caught")
    assert whiteroom("mutate", *words, "--kind", kind).status == 0
    assert {mutant.kind for mutant in tried} == {kind}


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (("--sample", 0), "--sample 0: expected 1 or more"),
        (("--python", "slo", "--sample", 0), "--sample 0: expected 1 or more"),
        (("--python", "slow"), "no such module"),
        (("audoi",), "did you mean audio?"),
        (("zzz",), "there are: "),
    ],
)
def test_mutate_refuses_what_is_not_there(
    whiteroom: Callable[..., Any], words: tuple[Any, ...], problem: str
) -> None:
    """A sample of nothing, and a file or room that does not exist, are errors of usage."""
    ran = whiteroom("mutate", *words)
    assert ran.status == 2
    assert problem in ran.err


def test_the_goals_are_those_of_the_docs() -> None:
    """95 % of the mutants of rules, 85 % of those of Python: docs/reference/json.md says so."""
    page = share("docs/reference/json.md")
    text = page.read_text(encoding="utf-8")
    assert f"{mutate.GOAL:.0%}".replace("%", " %") in text
    assert f"{mutate.PYTHON_GOAL:.0%}".replace("%", " %") in text
    assert mutation_report([], (), mutate.PYTHON_GOAL, 1)["ok"]


def test_a_table_is_for_programs_too(capsys: pytest.CaptureFixture[str]) -> None:
    """Columns are two spaces apart; no line is wrapped, however long; nothing is markup."""
    long = "x" * 300
    print_rows(("a", "b"), [(Cell("1"), Cell("[red]2", "green")), (Cell(long), Cell("3"))])
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    assert lines == [f"{'a':300}  b", f"{'1':300}  [red]2", f"{long}  3"]


def test_a_check_of_some_files_leaves_out_others(tmp_path: Path) -> None:
    """Of a failed check only what is in the named files counts; without any, it holds for them."""
    inside, outside = (Diagnostic(FilePlace(tmp_path / n, 1, 1), "odd") for n in ("a", "b"))
    nowhere = Diagnostic(Thing("panel", "p"), "odd")

    def about(*diagnostics: Diagnostic) -> CheckResult:
        result = CheckResult("id", "area", "failed", "seen", "expected", diagnostics, "", 0.0)
        return check._about(result, [tmp_path / "a"])

    assert about(inside, outside, nowhere).diagnostics == (inside,)
    assert about(inside).state == "failed"
    assert about(outside, nowhere).state == "ok"

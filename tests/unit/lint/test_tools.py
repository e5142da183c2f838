"""Prometheus' own checkers are asked, and their failures to answer are diagnostics too."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring.diagnostics import Diagnostic, FilePlace
from whiteroom_monitoring.lint import checker
from whiteroom_monitoring.lint.checker import Tool

PATH = Path("rules.yml")


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Return a function that puts a program `checker` with the given text on the PATH."""

    def install(text: str) -> Tool:
        path = tmp_path / "checker"
        path.write_text(text)
        path.chmod(0o755)
        monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
        return Tool("checker", "a-package", ("check", "rules"))

    return install


def test_accepted_file_has_no_diagnostic(program) -> None:
    """A file that the checker accepts is at no diagnostic, whatever the checker prints."""
    assert program("#!/bin/sh\necho fine >&2\n").diagnostics([PATH, PATH]) == []


def test_rejected_file_has_the_reason_and_the_line(program) -> None:
    """What the checker says is the problem, without its decoration, at the line that it names."""
    checker = program(
        '#!/bin/sh\necho Checking $3\necho FAILED:\necho "$3: yaml: line 7: bad" >&2\nexit 1\n'
    )
    problem = "checker check rules rejects it: rules.yml: yaml: line 7: bad"
    assert checker.diagnostics([PATH]) == [Diagnostic(FilePlace(PATH, 7, 1), problem)]


def test_checker_that_does_not_end_is_a_diagnostic(
    program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A checker that hangs is ended after a time, and said to have hung."""
    monkeypatch.setattr(checker, "TIMEOUT_S", 0.05)
    [diagnostic] = program("#!/bin/sh\nexec sleep 60\n").diagnostics([PATH])
    assert diagnostic.problem == "checker check rules did not end within 0.05 s"


def test_checker_that_can_not_run_is_a_diagnostic(program) -> None:
    """A damaged checker is said to be one, with the package that has it."""
    [diagnostic] = program("\x7fELF damaged").diagnostics([PATH])
    assert diagnostic.problem == "checker check rules can't be run: Exec format error"
    assert diagnostic.remedy == "install the package a-package"


def test_checker_that_is_missing_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program that is not on the PATH is not installed."""
    monkeypatch.setenv("PATH", "/nonexistent")
    assert not checker.PROMTOOL_CONFIG.is_installed

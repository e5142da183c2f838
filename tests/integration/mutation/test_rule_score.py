"""The mutation score of the unit tests of White Room's own rules."""

from __future__ import annotations

import json
from typing import Any

import pytest

from whiteroom_monitoring.cli.main import main


def _report(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    status = main(["mutate", "--json", *words])
    content: dict[str, Any] = json.loads(capsys.readouterr().out)
    return status, content


def test_our_unit_tests_catch_a_sample(capsys: pytest.CaptureFixture[str]) -> None:
    """Of a sample of the mutants of our own rules, 95 % are caught."""
    status, report = _report(capsys, "--sample", "5")
    assert status == 0, report["survivors"]


@pytest.mark.long
@pytest.mark.timeout(3600)
def test_our_unit_tests_catch_the_mutants(capsys: pytest.CaptureFixture[str]) -> None:
    """Of all mutants of our own rules, 95 % are caught."""
    status, report = _report(capsys)
    assert status == 0, report["survivors"]

"""What `whiteroom mutate` changes and prints, and that our own unit tests notice enough of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest

import whiteroom_monitoring
from whiteroom_monitoring.cli.main import main
from whiteroom_monitoring.mutation.rule_mutants import mutants
from whiteroom_monitoring.mutation.sampling import candidates, sample
from whiteroom_monitoring.promql import rule_files

SCHEMA = Path(whiteroom_monitoring.__file__).parent / "schemas/mutate.schema.json"

RULES = """\
groups:
  - name: g
    rules:
      - alert: Down
        expr: min_over_time(up{job="a"}[1m]) < 1
        for: 2m
        labels: {priority: P0}
"""
# Sees it fire after 2 min and not before; says nothing of how long it goes on.
TESTS = """\
rule_files: [../rules/r.yml]
evaluation_interval: 30s
tests:
  - interval: 30s
    input_series:
      - {series: 'up{job="a"}', values: 1x4 0x20}
      - {series: 'up{job="b"}', values: 0x24}
    promql_expr_test:
      - {expr: 'ALERTS{alertstate="firing"}', eval_time: 4m, exp_samples: []}
    alert_rule_test:
      - eval_time: 5m
        alertname: Down
        exp_alerts: [{exp_labels: {job: a, priority: P0}}]
"""
# With a value between the limits, and the end.
BETTER = """\
  - interval: 30s
    input_series:
      - {series: 'up{job="a"}', values: 0.95x8 1x20}
    promql_expr_test:
      - expr: count(ALERTS{alertstate="firing"})
        eval_time: 4m
        exp_samples: [{value: 1, labels: '{}'}]
      - {expr: 'ALERTS', eval_time: 5m45s, exp_samples: []}
      - {expr: 'ALERTS{alertstate="firing"}', eval_time: 1m30s, exp_samples: []}
  - interval: 30s
    input_series:
      - {series: 'up{job="a"}', values: 1x28}
    promql_expr_test:
      - {expr: 'ALERTS', eval_time: 10m, exp_samples: []}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of rules and tests, as the infrastructure has it."""
    for name, text in (("rules/r.yml", RULES), ("tests/t.yml", TESTS)):
        path = tmp_path / "prometheus" / name
        path.parent.mkdir(parents=True)
        path.write_text(text)
    return tmp_path


def _report(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, dict[str, Any]]:
    capsys.readouterr()
    status = main(["mutate", "--json", *words])
    report = json.loads(capsys.readouterr().out)
    jsonschema.validate(report, json.loads(SCHEMA.read_text()))
    return status, report


def test_each_kind_of_change_is_made(folder: Path) -> None:
    """Threshold, comparison, label, duration, function and window are changed, each by itself."""
    (rule,) = rule_files.read([folder / "prometheus/rules/r.yml"]).rules
    changes = [(mutant.kind, mutant.old, mutant.new) for mutant in mutants(rule)]
    assert changes == [
        ("function", "min_over_time", "max_over_time"),
        ("label", "=", "!="),
        ("window", "1m", "2m"),
        ("comparison", "<", "<="),
        ("comparison", "<", ">"),
        ("threshold", "1", "0.9"),
        ("threshold", "1", "1.1"),
        ("duration", "2m", "0s"),
        ("duration", "2m", "4m"),
        ("label", "priority: P0", ""),
    ]


def test_survivors_are_printed_until_a_test_catches_them(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What the unit tests do not notice is listed with its place; better ones catch it."""
    status, report = _report(capsys, "--infrastructure", str(folder))
    survivors = {(mutant["kind"], mutant["new"]) for mutant in report["survivors"]}
    assert (status, report["mutants"]) == (1, 10)
    assert {("window", "2m"), ("threshold", "0.9")} <= survivors
    place = next(mutant for mutant in report["survivors"] if mutant["kind"] == "window")
    assert (place["line"], place["rule"]) == (5, "Down")
    tests = folder / "prometheus/tests/t.yml"
    tests.write_text(TESTS + BETTER)
    status, report = _report(capsys, "--infrastructure", str(folder))
    assert (status, report["survivors"]) == (0, [])


def test_tests_that_fail_anyway_prove_nothing(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """When the unit tests fail without any mutation, that is said, and no mutant is tried."""
    tests = folder / "prometheus/tests/t.yml"
    tests.write_text(TESTS.replace("eval_time: 5m", "eval_time: 1m"))
    assert main(["mutate", "--infrastructure", str(folder)]) == 1
    assert "fails without any mutation" in capsys.readouterr().err


def test_a_file_is_named_that_is_meant(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A file that does not exist is a usage error that names the nearest one."""
    assert main(["mutate", "--infrastructure", str(folder), "rr"]) == 2
    assert "did you mean r?" in capsys.readouterr().err


def test_a_seed_decides_the_sample(folder: Path) -> None:
    """The same seed chooses the same mutants, another one others, always in their order."""
    rules = rule_files.read([folder / "prometheus/rules/r.yml"]).rules
    every = candidates(rules)
    first, again, other = (sample(every, 4, seed) for seed in (1, 1, 2))
    assert [str(mutant) for mutant in first] == [str(mutant) for mutant in again]
    assert [str(mutant) for mutant in first] != [str(mutant) for mutant in other]
    assert sample(every, 99, 1) == every

"""Rules and routes mean the same to the oldest and the newest Prometheus and Alertmanager."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest

from whiteroom_monitoring.resources import share

FOLDER = share("infrastructure/monitoring")
RULES = sorted((FOLDER / "prometheus/rules").glob("*.yml"))
TESTS = sorted((FOLDER / "prometheus/tests").glob("*.yml"))
# Of the tests those that take the shortest time: each generation evaluates every rule's every step.
SHORT = ("audio", "database", "engine", "ffi", "http", "services")

# A sample on the edge of a range, which belongs to it before Prometheus 3 only.
EDGE_RULES = """\
groups:
  - name: edge
    rules:
      - record: job:samples:count1m
        expr: count_over_time(up[1m])
"""
EDGE_TESTS = """\
rule_files: [rules.yml]
evaluation_interval: 15s
tests:
  - interval: 15s
    input_series:
      - {series: 'up{job="a"}', values: 1x20}
    promql_expr_test:
      - {expr: 'max(job:samples:count1m)', eval_time: 4m, exp_samples: [{labels: '{}', value: 5}]}
"""


def run(*command: str | Path) -> tuple[int, str]:
    done = subprocess.run(
        [str(word) for word in command], capture_output=True, text=True, timeout=600, check=False
    )
    return done.returncode, done.stdout + done.stderr


def test_every_generation_takes_the_files(programs: Any) -> None:
    """Rules, configuration and templates are valid for each generation."""
    for command in (
        (programs.promtool, "check", "rules", *RULES),
        (
            programs.promtool,
            "check",
            "config",
            "--syntax-only",
            FOLDER / "prometheus/prometheus.yml",
        ),
        (programs.amtool, "check-config", FOLDER / "alertmanager/alertmanager.yml"),
    ):
        status, said = run(*command)
        assert status == 0, said


@pytest.mark.parametrize(
    "files",
    [
        pytest.param([path for path in TESTS if path.stem in SHORT], id="some"),
        pytest.param(TESTS, id="all", marks=pytest.mark.long),
    ],
)
def test_unit_tests_hold_in_the_newer_generation(newer: Any, files: list[Path]) -> None:
    """Alerts fire, stay silent and end in Prometheus 3 as in 2.42 (`whiteroom check`)."""
    status, said = run(newer.promtool, "test", "rules", *files)
    assert status == 0, said


def test_generations_differ_where_a_sample_lies_on_an_edge(newer: Any, tmp_path: Path) -> None:
    """The comparison can fail: a rule that counts the sample on its edge does not mean the same."""
    (tmp_path / "rules.yml").write_text(EDGE_RULES)
    (tmp_path / "tests.yml").write_text(EDGE_TESTS)
    assert run("promtool", "test", "rules", tmp_path / "tests.yml")[0] == 0
    status, said = run(newer.promtool, "test", "rules", tmp_path / "tests.yml")
    assert status != 0
    assert "got: {} 4E+00" in said

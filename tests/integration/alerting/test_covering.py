"""Each pair of covering.yml: the covered alert is silent, recorded, and there again afterwards."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.covering import load
from whiteroom_monitoring.covering.clauses import MARK
from whiteroom_monitoring.covering.model import Pair
from whiteroom_monitoring.covering.rules import PREFIX, RECORDED
from whiteroom_monitoring.promql.durations import seconds
from whiteroom_monitoring.resources import share

FOLDER = share("infrastructure/monitoring") / "prometheus"
COVERING = load.load(FOLDER / "covering.yml", WHITE_ROOM.alerts.priority_label)


def _read(path: Path) -> dict[str, Any]:
    """Return a file of unit tests, all of it as text: ``0x60`` is 61 zeros, not a number."""
    content: dict[str, Any] = yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)
    return content


@cache
def _cases() -> list[tuple[Path, dict[str, Any], dict[str, Any], dict[str, Any]]]:
    """Return each place where a unit test sees an alert: file, case, test and one of its alerts."""
    return [
        (path, case, test, alert["exp_labels"])
        for path in sorted((FOLDER / "tests").glob("*.yml"))
        for case in _read(path)["tests"]
        for test in case.get("alert_rule_test", [])
        for alert in test.get("exp_alerts") or []
    ]


def _example(pair: Pair) -> tuple[Path, dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return where a unit test sees the covered alert of a pair."""
    wanted = pair.entry.covers_labels.items()
    return next(
        (path, case, test, labels)
        for path, case, test, labels in _cases()
        if test["alertname"] == pair.covered
        and all(labels.get(name, value) == value for name, value in wanted)
    )


def _with_covering(pair: Pair, service: str) -> tuple[Path, dict[str, Any]]:
    """Return a unit test in which ``pair.by`` fires all the time at ``service``."""
    path, case, test, labels = _example(pair)
    by = {"service": labels["service"], **pair.entry.by_labels}
    if pair.entry.same_service:
        by["service"] = service or labels["service"]
    by |= {"alertname": pair.by, "alertstate": "firing"}
    series = "ALERTS{" + ", ".join(f'{name}="{value}"' for name, value in by.items()) + "}"
    chosen = f'alertname="{pair.covered}", alertstate="firing", service="{labels["service"]}"'
    recorded = f'alert="{pair.covered}", service="{labels["service"]}"'
    for name, value in pair.entry.covers_labels.items():
        chosen += f', {name}="{value}"'
        recorded += f', {name}="{value}"'
    covered = not service or not pair.entry.same_service
    return path, {
        "name": f"{pair.by} covers {pair.covered}",
        "interval": case["interval"],
        "input_series": [*case["input_series"], {"series": series, "values": "1x5000"}],
        "promql_expr_test": [
            _expected(f"count(ALERTS{{{chosen}}}) > bool 0", test, 0 if covered else 1),
            _expected(f"count({RECORDED}{{{recorded}}}) > bool 0", test, 1 if covered else 0),
        ],
    }


def _expected(expression: str, test: dict[str, Any], value: int) -> dict[str, Any]:
    """Return a question whose answer is ``value``; a count of nothing is no sample at all."""
    samples = [{"labels": "{}", "value": 1}] if value else []
    return {"expr": expression, "eval_time": test["eval_time"], "exp_samples": samples}


def _run(cases: list[tuple[Path, dict[str, Any]]], folder: Path) -> dict[str, str]:
    """Return what promtool says, by the file of rules, of the cases that fail."""
    by_file: dict[Path, list[dict[str, Any]]] = defaultdict(list)
    for path, case in cases:
        by_file[path].append(case)
    said = {}
    for path, tests in by_file.items():
        content = _read(path)
        rules = [(path.parent / name).resolve() for name in content["rule_files"]]
        rules += [rule.with_name(PREFIX + rule.name) for rule in rules]
        content["rule_files"] = [str(rule) for rule in dict.fromkeys(rules) if rule.exists()]
        content["tests"] = tests
        written = folder / path.name
        written.write_text(yaml.safe_dump(content))
        done = subprocess.run(
            ["promtool", "test", "rules", written],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
        )
        if done.returncode != 0:
            said[path.name] = done.stdout + done.stderr
    return said


PAIRS = [pair for pair in COVERING.pairs() if pair.by != pair.covered]


def test_every_pair_covers(tmp_path: Path) -> None:
    """While the one alert fires, the other one of each pair does not, and is recorded."""
    assert _run([_with_covering(pair, "") for pair in PAIRS], tmp_path) == {}


@pytest.mark.long
def test_another_service_is_not_covered(tmp_path: Path) -> None:
    """An alert of another service explains nothing: what the unit tests see fires all the same."""
    pairs = [pair for pair in PAIRS if pair.entry.same_service]
    assert _run([_with_covering(pair, "elsewhere") for pair in pairs], tmp_path) == {}


def test_a_pair_that_is_lost_is_noticed(tmp_path: Path) -> None:
    """Without what is generated in an expression, its alert fires beside the one that covers it."""
    (pair,) = [p for p in PAIRS if (p.by, p.covered) == ("AudioDeadlineMissed", "AudioXruns")]
    path, case = _with_covering(pair, "")
    for name in ("audio.yml", "covered_audio.yml"):
        (tmp_path / name).write_text((FOLDER / "rules" / name).read_text())
    text = (tmp_path / "audio.yml").read_text()
    lines = [line for line in text.splitlines() if "|AudioDeadlineMissed" not in line]
    assert MARK in text
    (tmp_path / "audio.yml").write_text("\n".join(lines))
    content = _read(path)
    content |= {"rule_files": ["audio.yml", "covered_audio.yml"], "tests": [case]}
    (tmp_path / "test.yml").write_text(yaml.safe_dump(content))
    done = subprocess.run(
        ["promtool", "test", "rules", tmp_path / "test.yml"], capture_output=True, check=False
    )
    assert done.returncode != 0


def test_what_nobody_writes_any_more_covers_for_a_while_only(tmp_path: Path) -> None:
    """What fired when Prometheus was killed, and is over since, is seen for 5 min and covers for
    150 s: an outage and a start, after which it covers on if it fires still."""
    pair = PAIRS[0]
    path, case = _with_covering(pair, "")
    *series, covering = case["input_series"]
    moment_s = seconds(str(case["promql_expr_test"][0]["eval_time"]))
    # Without `stale`, as by a kill.
    last_s = [moment_s - age_s for age_s in (140, 160)]
    values = [f"1x{int(last // seconds(case['interval']))}" for last in last_s]
    covered, free = (
        {**case, "input_series": [*series, {**covering, "values": value}]} for value in values
    )
    assert _run([(path, covered)], tmp_path) == {}
    assert "nil" in "".join(_run([(path, free)], tmp_path).values())


def test_alertmanager_inhibits_nothing() -> None:
    """What Alertmanager inhibits is never reported as over: covering is the rules' work alone."""
    path = FOLDER.parent / "alertmanager/alertmanager.yml"
    assert "inhibit_rules" not in yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("pair", [p for p in COVERING.pairs() if p.by == p.covered], ids=str)
def test_a_budget_that_burns_fast_covers_its_slow_ranges(pair: Pair) -> None:
    """The slow ranges of each objective look at the fast one; how is in the objectives' tests."""
    rules = [
        rule
        for path in sorted((FOLDER / "rules").glob("objectives_*.yml"))
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]
        for rule in group["rules"]
        if rule.get("alert") == pair.covered
    ]
    expected = f'ALERTS{{alertname="{pair.by}", alertstate="firing", priority="P1"}}'
    assert {rule["labels"]["priority"]: expected in rule["expr"] for rule in rules} == {
        "P1": False,
        "P2": True,
    }

"""A proof holds as long as nothing changes that its page depends on."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.project import Project, load
from whiteroom_monitoring.promql import rule_files
from whiteroom_monitoring.proofs import annotations, digest, ledger
from whiteroom_monitoring.proofs.ledger import Proof, Standings

RULES = """\
groups:
  - name: g
    rules:
      - record: job:a:rate1m
        expr: rate(a_total[1m])
      # A comment that stays.
      - alert: Down
        expr: job:a:rate1m == 0
        for: 1m
        labels: {priority: P1, team: one}
        annotations:
          summary: down
      - alert: Slow
        expr: b > 1
        labels: {priority: P2, window: 1h}
        annotations: {summary: slow}
      - alert: Slow
        expr: b > 2
        labels: {priority: P2, window: 6h}
        annotations: {summary: slower}
      - alert: Watchdog
        expr: vector(1)
"""
ROUTES = """\
route:
  receiver: rest
  routes:
    - receiver: pager
      matchers: [priority="P1"]
      group_wait: 0s
    - receiver: chat
      matchers: ['priority=~"P2|P3"']
receivers:
  - name: rest
  - name: pager
    pagerduty_configs: [{severity: error}]
  - name: chat
"""
SCENARIO = """\
title = "t"
faults = []
[[alerts]]
name = "Down"
"""
FILES = {
    "prometheus/rules/a.yml": RULES,
    "alertmanager/alertmanager.yml": ROUTES,
    "alertmanager/templates/a.tmpl": "{{ define }}",
    "drills/down.toml": SCENARIO,
    "drills/drills.toml": "",
}


@pytest.fixture
def project(tmp_path: Path) -> Project:
    """A project with three alerts, of which one has a scenario."""
    (tmp_path / "whiteroom.toml").write_text('name = "p"\n')
    for name, text in FILES.items():
        path = tmp_path / "monitoring" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return load(tmp_path)


def standings(project: Project) -> Standings:
    """Return how the alerts stand, from the files as they are now."""
    return ledger.standings(project, rule_files.read(sorted(project.files.rules.glob("*.yml"))))


def prove(project: Project, when: str = "2026-01-01T00:00:00+00:00", number: int = 0) -> None:
    """Note that one of the alerts was proven."""
    rows = standings(project).alerts
    rule, key, _ = rows[number]
    proof = Proof(rule.name, key, datetime.fromisoformat(when), 4.2, 30, True)
    ledger.add(project.files.drills, [proof], {key: rule.name for rule, key, _ in rows})


def replace(name: str, old: str, new: str) -> Callable[[Project], None]:
    """Return what changes a file of the project."""

    def change(project: Project) -> None:
        path = project.files.folder / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))

    return change


def test_proven_and_never(project: Project) -> None:
    """An alert with a proof is proven, others never were; the one that always fires needs none."""
    prove(project)
    assert standings(project).names("proven") == ["Down"]
    assert standings(project).names("never") == ["Slow"]
    assert standings(project).names("changed") == []


@pytest.mark.parametrize(
    "change",
    [
        replace("prometheus/rules/a.yml", "a:rate1m == 0", "a:rate1m <= 0"),
        replace("prometheus/rules/a.yml", "for: 1m", "for: 2m"),
        replace("prometheus/rules/a.yml", "team: one", "team: two"),
        replace("prometheus/rules/a.yml", "summary: down", "summary: off"),
        replace("prometheus/rules/a.yml", "a_total[1m]", "a_total[2m]"),
        replace("alertmanager/alertmanager.yml", "group_wait: 0s", "group_wait: 1s"),
        replace("alertmanager/alertmanager.yml", 'priority="P1"', 'priority!="P2"'),
        replace("alertmanager/alertmanager.yml", "severity: error", "severity: info"),
        replace("alertmanager/alertmanager.yml", "receivers:", "inhibit_rules: [{}]\nreceivers:"),
        replace("alertmanager/alertmanager.yml", "receivers:", "time_intervals: []\nreceivers:"),
        # The same route, below another one.
        replace(
            "alertmanager/alertmanager.yml",
            "    - receiver: pager",
            "    - routes:\n      - receiver: pager",
        ),
        replace("alertmanager/templates/a.tmpl", "define", "range"),
        replace("drills/down.toml", '"t"', '"u"'),
        replace("drills/drills.toml", "", "machine = []"),
    ],
)
def test_void(project: Project, change: Callable[[Project], None]) -> None:
    """A change of rule, recording, route, receiver, template or scenario voids the proof."""
    prove(project)
    change(project)
    assert standings(project).names("changed") == ["Down"]


@pytest.mark.parametrize(
    "change",
    [
        replace("prometheus/rules/a.yml", "b > 1", "b > 3"),
        replace("prometheus/rules/a.yml", "      # A comment that stays.\n", ""),
        replace("alertmanager/alertmanager.yml", "P2|P3", "P2|P4"),
        replace("alertmanager/alertmanager.yml", "- name: chat", "- name: chat\n  - name: x"),
    ],
)
def test_still_holds(project: Project, change: Callable[[Project], None]) -> None:
    """What another alert, its route or its receiver is leaves the proof as it is."""
    prove(project)
    change(project)
    assert standings(project).names("proven") == ["Down"]


@pytest.mark.parametrize(
    "change",
    [
        replace("drills/down.toml", '[[alerts]]\nname = "Down"', "alerts = 3"),
        replace(
            "alertmanager/alertmanager.yml", "    - receiver: chat", "    - null\n    - name: c"
        ),
        replace("alertmanager/alertmanager.yml", "  - name: chat", "  - chat"),
        replace("alertmanager/alertmanager.yml", '[priority="P1"]', "[1]"),
    ],
)
def test_what_another_check_names_is_no_proof(
    project: Project, change: Callable[[Project], None]
) -> None:
    """A scenario or configuration of wrong types voids the proof, and ends nothing."""
    prove(project)
    change(project)
    assert standings(project).names("changed") == ["Down"]


def test_rules_of_one_name(project: Project) -> None:
    """A proof of one rule proves no other of the same name."""
    prove(project, number=1)
    rows = standings(project)
    assert [rows.of(rule, proof) for rule, _, proof in rows.alerts] == ["never", "proven", "never"]


def test_newest_proof_is_kept(project: Project) -> None:
    """A void proof stays until there is a newer one of its alert, and then goes."""
    prove(project)
    replace("prometheus/rules/a.yml", "for: 1m", "for: 2m")(project)
    assert len(ledger.read(project.files.drills)) == 1
    prove(project, "2026-01-02T00:00:00+00:00")
    assert [f"{p.when:%Y-%m-%d}" for p in ledger.read(project.files.drills).values()] == [
        "2026-01-02"
    ]


def test_broken_file(project: Project) -> None:
    """A file that holds no proofs is a diagnostic with a remedy."""
    (project.files.drills / ledger.FILE).write_text("{}")
    with pytest.raises(DiagnosticsError, match="run `whiteroom drill`"):
        standings(project)


def test_place_of_a_rule(project: Project) -> None:
    """A rule is found again by file, group and number among the group's alerts."""
    places = [ledger.rule_place(rule) for rule, _, _ in standings(project).alerts]
    assert places == ["a.yml/g/0", "a.yml/g/1", "a.yml/g/2"]


def test_annotations(project: Project) -> None:
    """The rule of a proven alert says so in force; comments stay, and no other rule changes."""
    paths = [project.files.rules / "a.yml"]
    assert annotations.annotated(project, paths) == {}
    prove(project)
    text = annotations.annotated(project, paths)["a.yml"]
    rules = yaml.safe_load(text)["groups"][0]["rules"]
    before = yaml.safe_load(RULES)["groups"][0]["rules"]
    assert (
        rules[1]["annotations"]
        .pop("proven")
        .startswith('last proven {{ with query "time() - 17672')
    )
    assert rules == before
    assert "# A comment that stays." in text


def test_annotations_in_one_line(project: Project) -> None:
    """A rule whose annotations stand in one line is left alone, and its file stays valid."""
    prove(project, number=1)
    assert standings(project).names("proven") == ["Slow"]
    assert annotations.annotated(project, [project.files.rules / "a.yml"]) == {}


def test_no_project_folder(tmp_path: Path) -> None:
    """A project without drills has no proofs."""
    shutil.rmtree(tmp_path)
    assert ledger.read(tmp_path) == {}


@pytest.mark.parametrize(
    ("name", "covers", "covered"),
    [
        ("Slow", {"window": "6h"}, True),
        ("Slow", {"window": "1h"}, False),
        ("Slow", {}, True),
        ("Down", {"window": "6h"}, False),
    ],
)
def test_a_drill_stands_for_rules_of_its_name(
    name: str, covers: dict[str, str], covered: bool
) -> None:
    """A scenario covers other rules of the alert that it expects, where all labels agree."""
    rule: Any = SimpleNamespace(name="Slow", labels={"window": "6h", "priority": "P2"})
    labels = ", ".join(f'{key} = "{value}"' for key, value in covers.items())
    scenario = f'[[alerts]]\nname = "{name}"\ncovers = [{{{labels}}}]\n'
    path: Any = SimpleNamespace(scenarios={"drills/slow.toml": scenario})
    assert digest.is_covered(rule, path) == covered

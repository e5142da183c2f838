"""The table of what covers what is read with all diagnostics, and goes into the rules."""

from __future__ import annotations

import contextlib
from pathlib import Path

import pytest
import yaml
from msgspec import structs

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.covering import load, rules
from whiteroom_monitoring.covering.clauses import MARK, clauses
from whiteroom_monitoring.covering.model import NONE, Covering, Entry
from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.generated_files import head

RULES = """\
groups:
  - name: a
    rules:
      - record: job:a:b
        expr: sum(up)
      - alert: Down
        expr: up == 0
      # Why it is so.
      - alert: Late
        expr: |
          rate(x[1m]) > 1
        for: 1m
        labels: {priority: P1, service: engine, incident: a}
"""
DOWN = Entry(("Down",), ("Late",), same_service=True, because="it is down")


def apply(*entries: Entry, text: str = RULES) -> dict[str, str]:
    return rules.apply({"rules/a.yml": text}, Covering(entries))


def fresh(selector: str) -> str:
    """Return what covers while Prometheus writes it, and not for long after it was killed."""
    return f"({selector} and present_over_time({selector}[150s]))"


@pytest.mark.parametrize(
    ("labels", "entry", "expected"),
    [
        ({}, DOWN, "on (service) " + fresh('ALERTS{alertname="Down", alertstate="firing"}')),
        (
            {"service": "engine"},
            DOWN,
            "on () " + fresh('ALERTS{alertname="Down", alertstate="firing", service="engine"}'),
        ),
        (
            {},
            Entry(("A", "B"), ("Late",), same_service=False, because=""),
            "on () " + fresh('ALERTS{alertname=~"A|B", alertstate="firing"}'),
        ),
        (
            {},
            Entry(("Down",), ("Late",), False, "", {"service": "inbox"}, {"by": "slack"}),
            "on (by) label_replace("
            + fresh('ALERTS{alertname="Down", alertstate="firing", service="inbox"}')
            + ', "by", "slack", "", "")',
        ),
    ],
)
def test_an_entry_is_a_clause(labels: dict[str, str], entry: Entry, expected: str) -> None:
    """Which labels both sides share follows from the table and from the rule's own labels."""
    assert clauses("Late", labels, Covering((entry,))) == [expected]


def test_a_priority_chooses_rules() -> None:
    """An entry for P2 leaves the rule of the same name and another priority alone."""
    entry = Entry(("Late",), ("Late",), True, "", {"priority": "P1"}, {"priority": "P2"})
    assert clauses("Late", {"priority": "P1"}, Covering((entry,))) == []
    assert len(clauses("Late", {"priority": "P2"}, Covering((entry,)))) == 1


def test_the_rest_of_a_file_stays() -> None:
    """Only the covered expression changes; without the table, everything is as it was written."""
    written = apply(DOWN)["rules/a.yml"]
    lines = [line for line in written.splitlines() if "overed" not in line and "unless" not in line]
    assert "\n".join(lines) + "\n" == RULES
    assert apply(text=written) == {"rules/a.yml": RULES}
    assert apply(DOWN, text=written) == apply(DOWN)


def test_what_is_covered_is_recorded() -> None:
    """Beside a file with a covered alert there is one that records it, with its labels."""
    (rule,) = yaml.safe_load(apply(DOWN)["rules/covered_a.yml"])["groups"][0]["rules"]
    assert rule["record"] == rules.RECORDED
    assert rule["labels"] == {"alert": "Late", "priority": "P1", "service": "engine"}
    assert "rate(x[1m]) > 1" in rule["expr"]
    assert set(apply()) == {"rules/a.yml"}


@pytest.mark.parametrize(
    ("text", "entry", "said"),
    [
        (RULES.replace("rate(x[1m]) > 1", "x or y"), DOWN, "put the expression into parentheses"),
        (RULES, Entry(("Dwon",), ("Late",), True, ""), "Dwon: no rule alerts by this name"),
        (RULES, Entry(("Down",), ("Lat",), True, ""), "Lat: no rule alerts by this name"),
    ],
)
def test_what_can_not_be_covered_is_named(text: str, entry: Entry, said: str) -> None:
    """An `or` without parentheses, and names of no alert, are told with what to do."""
    with pytest.raises(rules.CoveringError, match=said):
        apply(entry, text=text)


TABLE = """\
covering:
  - {by: [A], covers: [B], same_service: true, because: x}
  - {by: [B], covers: [C], same_service: true, because: x}
"""


def test_a_table_is_read(tmp_path: Path) -> None:
    """Every pair of a table is one of its pairs; without a file there is none."""
    path = tmp_path / "covering.yml"
    assert load.load(path, "severity") is NONE
    path.write_text(TABLE)
    assert [(pair.by, pair.covered) for pair in load.load(path, "severity").pairs()] == [
        ("A", "B"),
        ("B", "C"),
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (TABLE + "  - {by: [C], covers: [A], same_service: true, because: x}\n", "cover itself"),
        (TABLE.replace("same_service: true, ", "", 1), "same_service"),
        (TABLE.replace("[A]", "[]"), "a list of names"),
        (TABLE.replace("[A]", "[a-b]"), "the name of an alert"),
    ],
)
def test_a_bad_table_is_refused(tmp_path: Path, text: str, said: str) -> None:
    """A circle would flap, and a missing key is named."""
    path = tmp_path / "covering.yml"
    path.write_text(text)
    with pytest.raises(DiagnosticsError, match=said):
        load.load(path, "severity")


@pytest.mark.parametrize(("label", "is_refused"), [("severity", False), ("priority", True)])
def test_an_alert_covers_itself_by_its_priority(
    tmp_path: Path, label: str, is_refused: bool
) -> None:
    """The critical one may cover its own warning, by the label that the project names."""
    path = tmp_path / "covering.yml"
    entry = "by_labels: {severity: critical}, covers: [A], covers_labels: {severity: warning}"
    path.write_text(f"covering:\n  - {{by: [A], {entry}, same_service: true, because: x}}\n")
    with pytest.raises(DiagnosticsError) if is_refused else contextlib.nullcontext():
        load.load(path, label)


def test_the_last_line_of_a_file_may_be_an_expression() -> None:
    """An alert whose expression ends the file is covered as any other."""
    text = f"{RULES}      - alert: Last\n        expr: up == 1\n"
    cause = Entry(("Down",), ("Last",), same_service=False, because="it is down")
    assert MARK in "".join(apply(cause, text=text).values())


def test_written_rules_are_those_that_nobody_generates(tmp_path: Path) -> None:
    """Rules that a generator has written are not among those that a person has."""
    folder = tmp_path / "prometheus/rules"
    folder.mkdir(parents=True)
    (folder / "mine.yml").write_text(RULES)
    (folder / "covered_mine.yml").write_text(head("#", "mine.yml") + RULES)
    files = structs.replace(WHITE_ROOM.files, rules=folder)
    project = structs.replace(WHITE_ROOM, files=files)
    assert [Path(name).name for name in load.written_rules(project)] == ["mine.yml"]

"""Rule files are read with the place of every rule, and one bad rule does not hide the others."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from whiteroom_monitoring.promql import rule_files
from whiteroom_monitoring.promql.rule_files import RuleSet

HEAD = "groups:\n  - name: g\n    rules:\n"
GOOD = "      - {alert: Down, expr: 'up == 0', labels: {a: b}, annotations: {c: d}}\n"
RECORD = "      - {record: 'a:b:c', expr: 'sum(up)'}\n"


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., RuleSet]:
    """Return a function that reads rule files of these texts."""

    def read_texts(*texts: str) -> RuleSet:
        paths = [tmp_path / f"{number}.yml" for number, _ in enumerate(texts)]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text)
        return rule_files.read(reversed(paths))

    return read_texts


def test_rules_are_alerts_or_recordings(read: Callable[..., RuleSet]) -> None:
    """Every rule is one of both, with its labels, in the order of files and lines."""
    rules = read(HEAD + GOOD + RECORD, HEAD + RECORD)
    assert [path.name for path in rules.paths] == ["0.yml", "1.yml"]
    assert [rule.name for rule in rules.rules] == ["Down", "a:b:c", "a:b:c"]
    assert [rule.name for rule in rules.alerts] == ["Down"]
    assert [rule.document.path.name for rule in rules.recordings] == ["0.yml", "1.yml"]
    [alert] = rules.alerts
    assert (alert.labels, alert.annotations) == ({"a": "b"}, {"c": "d"})
    assert alert.expression is not None
    assert rules.diagnostics == ()


BAD = [
    ("      - {alert: Down}\n", "4:9: the key expr is missing"),
    ("      - {alert: Down, expr: 'up ==', for: 1m}\n", "the expression does not parse"),
    ("      - {expr: 'up'}\n", "a rule: expected either `alert` or `record`"),
    ("      - {alert: A, record: 'a:b:c', expr: up}\n", "A: expected either `alert` or `record`"),
    (
        '      - {alert: A, expr: \'up{a="b" or c="d"}\'}\n',
        "`or` between the matchers of a selector is not PromQL",
    ),
    ('      - {alert: A, expr: \'(up{a="b" or c="d"}) > 1\'}\n', "is not PromQL"),
]


@pytest.mark.parametrize(("rule", "problem"), BAD)
def test_a_bad_rule_does_not_hide_the_others(
    read: Callable[..., RuleSet], rule: str, problem: str
) -> None:
    """What is wrong is one diagnostic, and the rules beside it are read."""
    rules = read(HEAD + rule + GOOD + RECORD)
    [diagnostic] = rules.diagnostics
    assert problem in str(diagnostic)
    others = [rule.name for rule in rules.rules if rule.document.place(rule.pointer)[0] > 4]
    assert others == ["Down", "a:b:c"]


@pytest.mark.parametrize("text", ["groups: 7\n", "- groups\n", "groups: [\n", "groups: [7]\n"])
def test_a_file_that_is_none_has_no_rules(read: Callable[..., RuleSet], text: str) -> None:
    """A file of another structure is a diagnostic, and a good file beside it is read."""
    rules = read(text, HEAD + GOOD)
    assert [rule.name for rule in rules.rules] == ["Down"]
    assert {diagnostic.place.path.name for diagnostic in rules.diagnostics} == {"0.yml"}


def test_a_group_with_bad_rules_is_skipped_alone(read: Callable[..., RuleSet]) -> None:
    """A group without a list of rules does not hide the next group."""
    rules = read("groups:\n  - {name: a, rules: 7}\n  - name: g\n    rules:\n" + GOOD)
    assert [rule.name for rule in rules.rules] == ["Down"]
    assert len(rules.diagnostics) == 1

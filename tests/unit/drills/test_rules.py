"""A threshold that is overridden always holds, and an alert that is held down never fires."""

from __future__ import annotations

import pytest

from whiteroom_monitoring.drills import rules
from whiteroom_monitoring.promql.parse import parse


@pytest.mark.parametrize(
    ("real", "always"),
    [
        ("a > 0.9", "a >= -Inf"),
        ("a == 0", "a >= -Inf"),
        ("(a < 1)", "(a >= -Inf)"),
        ("a < 1 and on (b) c > 2", "a >= -Inf and on (b) c >= -Inf"),
        ("a < 1 unless on (b) c > 2", "a >= -Inf unless on (b) c > 2"),
        ("a == 0 or absent(a)", 'a >= -Inf or absent(a{whiteroom_drill=~".+"})'),
        ('label_replace(a == 0, "b", "c", "", "")', 'label_replace(a >= -Inf, "b", "c", "", "")'),
        (
            'label_replace(absent(a), "b", "c", "", "")',
            'label_replace(absent(a{whiteroom_drill=~".+"}), "b", "c", "", "")',
        ),
        ("vector(1)", "vector(1)"),
        ("0.9 < a", "a >= -Inf"),
        ("-(1 + 2) < a", "a >= -Inf"),
        ("1 < bool 2", "1 < bool 2"),
        ("a > b", "a >= -Inf"),
        ("a + b > 1", "a + b >= -Inf"),
        ("sum by (job) (up == 0)", "sum by (job) (up >= -Inf)"),
        ("(a > 1) * 2", "(a >= -Inf) * 2"),
        ("count(up == 0) > 0", "count (up >= -Inf) >= -Inf"),
        ("max_over_time((a > 1)[5m:])", "max_over_time((a >= -Inf)[5m:])"),
        ("topk(3, a > 1) unless b > 1", "topk (3, a >= -Inf) unless b > 1"),
        ("absent(a offset 5m)", 'absent(a{whiteroom_drill=~".+"} offset 5m)'),
        (
            'absent_over_time(a{b="c"}[5m])',
            'absent_over_time(a{b="c", whiteroom_drill=~".+"}[5m])',
        ),
    ],
)
def test_always(real: str, always: str) -> None:
    """Each comparison and each absence holds; what takes alerts away stays as it is."""
    assert rules.always(real) == always
    parse(rules.always(real))


def test_changed() -> None:
    """Only the rules of the named alerts change, and only their files are told."""
    files = {
        "a.yml": {"groups": [{"name": "a", "rules": [_alert("A"), _alert("B"), _alert("C")]}]},
        "b.yml": {"groups": [{"name": "b", "rules": [{"record": "A", "expr": "x > 1"}]}]},
    }
    changed = rules.changed(files, overridden=["A"], held=["B"])
    assert list(changed) == ["a.yml"]
    assert [rule["expr"] for rule in changed["a.yml"]["groups"][0]["rules"]] == [
        "(x >= -Inf) and on () (drill:fault:value == 1)",
        "(x > 1) and on () (vector(0) == 1)",
        "x > 1",
    ]


def _alert(name: str) -> dict[str, str]:
    return {"alert": name, "expr": "x > 1"}


@pytest.mark.parametrize(("begun", "value"), [(False, "vector(0)"), (True, "vector(1)")])
def test_fault(begun: bool, value: str) -> None:
    """The series that overridden alerts wait for is 1 while the fault lasts."""
    assert rules.fault(begun)["groups"][0]["rules"][0]["expr"] == value

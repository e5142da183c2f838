"""Objectives are read with all diagnostics at once, and become rules that mean what they say."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring import deprecations
from whiteroom_monitoring.covering import load as covering
from whiteroom_monitoring.covering import rules
from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.resources import repository_root
from whiteroom_monitoring.slo import burn_rate as generator
from whiteroom_monitoring.slo import load
from whiteroom_monitoring.slo.model import NONE, BurnRateWindow, Range

OBJECTIVES = """\
period: 30d
burn_rate_windows:
  - {long: 1h, short: 5m, rate: 14.4, priority: P1}
  - {long: 3d, short: 6h, rate: 1, priority: P2}
objectives:
  - name: calls
    alert: CallsBudgetBurning
    rules: engine
    goal: 99.9
    min_failures: 10
    events: sum by (job, service) (rate(ffi_calls_total[5m]))
    failures: sum by (job, service) (rate(ffi_errors_total[5m]))
    team: audio
    symptom: errors
    incident: ffi-errors
    failure: of the calls fail
    consequence: Nothing happens.
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    written = tmp_path / "objectives.yml"
    written.write_text(OBJECTIVES)
    return written


def test_objectives_are_what_the_file_says(path: Path) -> None:
    """A goal in percent becomes a share, and what is left of it is the budget."""
    file = load.load(path)
    (objective,) = file.objectives
    assert (objective.goal, objective.budget, objective.min_failures) == (0.999, 0.001, 10)
    assert file.burn_rate_windows[0] == BurnRateWindow(Range("1h"), Range("5m"), 14.4, "P1")
    assert [str(window) for window in file.ranges] == ["5m", "1h", "6h", "3d"]


def test_old_keys_are_read_and_named_once(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file with `burns` and `fewest` says the same; each old key is named in one line."""
    expected = load.load(path)
    old = OBJECTIVES.replace("burn_rate_windows", "burns").replace("min_failures", "fewest")
    path.write_text(old)
    monkeypatch.setattr(deprecations, "_named", set())
    assert [load.load(path), load.load(path)] == [expected, expected]
    assert capsys.readouterr().err.splitlines() == [
        "whiteroom: key of objectives.yml `burns` is now `burn_rate_windows`",
        "whiteroom: key of objectives.yml `fewest` is now `min_failures`",
    ]


def test_a_key_has_one_name(path: Path) -> None:
    """An objective with the old and the new name of a key is a diagnostic at the old one."""
    path.write_text(
        OBJECTIVES.replace("    min_failures: 10", "    min_failures: 10\n    fewest: 9")
    )
    with pytest.raises(DiagnosticsError, match=r"yml:11:5: the keys fewest and min_failures"):
        load.load(path)


def test_without_a_file_nothing_is_promised(tmp_path: Path) -> None:
    """No file is no diagnostic: there are no objectives, and no rules of them."""
    assert load.load(tmp_path / "objectives.yml") == NONE
    assert generator.generate(NONE, WHITE_ROOM) == {}


@pytest.mark.parametrize(
    ("old", "new", "place", "problem"),
    [
        ("goal: 99.9", "goal: 100", (9, 11), "expected a percentage above 0 and below 100"),
        ("short: 5m", "short: 2h", (3, 23), "found the short range 2h, expected less than 1h"),
        ("short: 5m", "short: 1h", (3, 23), "found the short range 1h, expected less than 1h"),
        ("long: 1h", "long: 1y", (3, 12), "expected a range such as 30m, 6h or 3d"),
        ("rate(ffi_calls_total[5m]))", "rate(ffi_calls_total[5m])", (11, 13), "does not parse"),
        ("min_failures: 10", "min_failure: 10", (10, 5), "unknown key min_failure"),
    ],
)
def test_a_diagnostic_is_named_with_its_place(
    path: Path, old: str, new: str, place: tuple[int, int], problem: str
) -> None:
    """What makes no sense is named with line and column, and what was expected."""
    assert old in OBJECTIVES
    path.write_text(OBJECTIVES.replace(old, new))
    with pytest.raises(DiagnosticsError) as caught:
        load.load(path)
    diagnostic = next(
        diagnostic for diagnostic in caught.value.diagnostics if problem in str(diagnostic)
    )
    assert (diagnostic.line, diagnostic.column) == place


def test_two_objectives_of_one_name_are_a_diagnostic(path: Path) -> None:
    """Names and alerts are their own."""
    again = OBJECTIVES[OBJECTIVES.index("  - name:") :]
    path.write_text(OBJECTIVES + again)
    with pytest.raises(DiagnosticsError) as caught:
        load.load(path)
    assert [diagnostic.problem for diagnostic in caught.value.diagnostics] == [
        "calls stands here twice",
        "CallsBudgetBurning stands here twice",
    ]


def test_each_burn_is_an_alert_over_both_ranges(path: Path) -> None:
    """An alert asks for the share in both of its ranges, and for enough failures."""
    (text,) = generator.generate(load.load(path), WHITE_ROOM).values()
    (group,) = yaml.safe_load(text)["groups"]
    assert group["interval"] == f"{generator.STEP_S}s"
    alerts = [rule for rule in group["rules"] if "alert" in rule]
    assert [(alert["labels"]["priority"], alert["labels"]["window"]) for alert in alerts] == [
        ("P1", "1h"),
        ("P2", "3d"),
    ]
    assert alerts[0]["expr"].splitlines() == [
        'job_objective:slo_failures:ratio1h{objective="calls"} > 14.4 * 0.001',
        'and on (service) job_objective:slo_failures:ratio5m{objective="calls"} > 14.4 * 0.001',
        'and on (service) job_objective:slo_failures:count1h{objective="calls"} > 10',
    ]
    recorded = {rule["record"]: rule["expr"] for rule in group["rules"] if "record" in rule}
    assert (
        recorded["job_objective:slo_failures:ratio3d"].split()
        == (
            '20 * sum_over_time(job_objective:slo_failures:rate5m{objective="calls"}[3d]) '
            '/ (259200 * avg_over_time(job_objective:slo_events:rate5m{objective="calls"}[3d]))'
        ).split()
    )


def test_the_committed_rules_are_the_generated_ones() -> None:
    """prometheus/rules has what objectives and covering.yml say (`whiteroom generate`)."""
    root = repository_root()
    assert root is not None
    written = covering.written_rules(WHITE_ROOM)
    written |= generator.generate(load.load(WHITE_ROOM.files.objectives), WHITE_ROOM)
    table = covering.load(WHITE_ROOM.files.covering, WHITE_ROOM.alerts.priority_label)
    source = WHITE_ROOM.relative(WHITE_ROOM.files.covering)
    for name, text in rules.apply(written, table, source).items():
        assert (root / name).read_text(encoding="utf-8") == text


def test_a_folded_description_keeps_its_words(path: Path) -> None:
    """A description that is folded in the file reads as it was written, hyphens among it."""
    consequence = " ".join(["a sign-in, a well-known re-read and a follow-up"] * 6) + "."
    path.write_text(OBJECTIVES.replace("Nothing happens.", consequence))
    (text,) = generator.generate(load.load(path), WHITE_ROOM).values()
    (group,) = yaml.safe_load(text)["groups"]
    descriptions = [r["annotations"]["description"] for r in group["rules"] if "alert" in r]
    assert all(consequence in description for description in descriptions)

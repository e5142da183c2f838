"""The scenarios of the project fit their schemas, their pages, and the alerts that there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.paths import ROOT
from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.drills import faults, scenario
from whiteroom_monitoring.drills.scenario import Scenario, Settings
from whiteroom_monitoring.project import load
from whiteroom_monitoring.promql import rule_files

FOLDER = ROOT / "infrastructure/monitoring/drills"
SCENARIOS = scenario.read(FOLDER)
PROJECT = load(ROOT)
RULES = rule_files.read(sorted(PROJECT.files.rules.glob("*.yml"))).alerts


def test_every_alert_has_a_scenario() -> None:
    """Each alert but the one that always fires is expected by a scenario, and no other is."""
    assert {rule.name for rule in RULES} - {PROJECT.alerts.watchdog} == SCENARIOS.alerts


@pytest.mark.parametrize("each", SCENARIOS.scenarios, ids=lambda each: each.name)
def test_labels_and_dashboards(each: Scenario) -> None:
    """A scenario expects labels that some rule of its alert can give, and that rule's dashboard."""
    for alert in each.alerts:
        rules = [rule for rule in RULES if rule.name == alert.name]
        fitting = [r for r in rules if all(
            alert.labels.get(key) == value
            for key, value in r.labels.items()
            if "{{" not in value and key not in ("symptom",)
        )]  # fmt: skip
        assert fitting, alert.title
        assert {r.annotations["dashboard"] for r in fitting} == {f"/d/{alert.dashboard}"}
        assert alert.pages, alert.title


@pytest.mark.parametrize(("name", "kind"), [("scenario", Scenario), ("drills", Settings)])
def test_published_schema(name: str, kind: type[Scenario] | type[Settings]) -> None:
    """The schema that editors use is that of the types."""
    path = Path(scenario.__file__).with_name(f"{name}.schema.json")
    assert path.read_text(encoding="utf-8") == scenario.schema_text(kind)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('title = "t"', "missing required field `faults`"),
        ('title = "t"\nalerts = []\nfaults = [{ kind = "earthquake" }]', "Invalid value"),
        ('title = "t"\nalerts = []\nfaults = []\nafter = 1', "unknown field `after`"),
        ('title = "t"\nfaults = []\nalerts = [{ name = "A", pages = ["opz"] }]', "is named opz"),
        (
            'title = "t"\nfaults = []\nalerts = [{ name = "A", summary = "(" }]',
            "the summary of A: '(' is no regular expression",
        ),
        (
            'title = "t"\nalerts = []\n[[faults]]\nkind = "requests"\nmethod = "GET"\n'
            'url = "u"\nper_second = 0',
            "Expected `float` > 0",
        ),
        ("title =", "not valid TOML"),
    ],
)
def test_bad_scenario(tmp_path: Path, text: str, problem: str) -> None:
    """A file that is no scenario is a diagnostic that names the file and what is wrong."""
    (tmp_path / "bad.toml").write_text(text)
    with pytest.raises(DiagnosticsError, match=r"bad\.toml") as error:
        scenario.read(tmp_path)
    assert problem in str(error.value)


def test_what_any_fault_may_cause_is_held_elsewhere(tmp_path: Path) -> None:
    """The alerts of a scenario that says so are held down beside those about the machine."""
    (tmp_path / "drills.toml").write_text('machine = ["Hot"]\n')
    for name, line in (("Any", "held_elsewhere = true"), ("Own", "")):
        text = f'title = "t"\nfaults = []\nalerts = [{{ name = "{name}" }}]\n{line}\n'
        (tmp_path / f"{name}.toml").write_text(text)
    assert scenario.read(tmp_path).settings.machine == ("Hot", "Any")
    assert "LogErrorsRising" in SCENARIOS.settings.machine


def test_bad_pattern_of_the_settings(tmp_path: Path) -> None:
    """A placeholder whose pattern is no regular expression is a diagnostic that names it."""
    (tmp_path / "drills.toml").write_text('[patterns]\nkey = "["\n')
    with pytest.raises(DiagnosticsError, match=r"patterns\.key: '\[' is no regular expression"):
        scenario.read(tmp_path)


def test_no_folder(tmp_path: Path) -> None:
    """A project without drills has none, and its alerts fall back to overridden thresholds."""
    assert scenario.read(tmp_path / "none").scenarios == ()
    made = scenario.fallback("A", [{"priority": "P1", "service": "{{ $labels.job }}"}])
    assert made.overridden == ("A",)
    assert made.alerts[0].labels == {"priority": "P1"}


def test_titles() -> None:
    """Every fault of the project can be told in words."""
    assert all(faults.title(f) for each in SCENARIOS.scenarios for f in each.faults)

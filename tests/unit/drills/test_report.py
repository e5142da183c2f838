"""What drills showed is told in each form alike, and kept over runs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

from whiteroom_monitoring.drills import report
from whiteroom_monitoring.drills.evidence import Delivery, Verdict
from whiteroom_monitoring.drills.faults import Override, Stop
from whiteroom_monitoring.drills.observation import SeenAlert
from whiteroom_monitoring.drills.runner import RunResult
from whiteroom_monitoring.drills.scenario import ExpectedAlert, Scenario

ALERT = ExpectedAlert(name="Down", labels={"service": "a"}, pages=("ops",))
SCENARIO = Scenario(title="t", faults=(Stop(component="a"),), alerts=(ALERT,), name="a-stopped")
SEEN = SeenAlert({"alertname": "Down"}, 101.0, 102.0, 103.0, 111.0)
DELIVERIES = (Delivery("ops", "firing", 104.0), Delivery("ops", "resolved", 112.0))
VERDICT = Verdict(ALERT, SEEN, DELIVERIES, ())
RUN = RunResult(SCENARIO, 100.0, 110.0, 113.0, (VERDICT,))


def test_proven() -> None:
    """An alert that is proven says by what, how soon, and when it was over; then its silence."""
    told = [(r.id, r.state, r.seen) for r in report.results([RUN])]
    seen = "real fault, paged after 4.0 s, resolved 2.0 s after the repair"
    silence = ("silence (a-stopped)", "ok", "nothing else fired")
    assert told == [("Down (a)", "ok", seen), silence]


def test_failed() -> None:
    """An alert that is not proven fails with each fault."""
    bad = replace(
        VERDICT, faults=("summary: wrong",), deliveries=(Delivery("ops", "firing", None, ("no",)),)
    )
    result, _ = report.results([replace(RUN, verdicts=(bad,))])
    assert (result.state, [d.found for d in result.diagnostics]) == (
        "failed",
        ["summary: wrong", "no"],
    )


def test_silence_broken() -> None:
    """Whatever else fires, and any message of nothing known, fails the silence."""
    run = replace(RUN, loud=("Other",), strangers=("slack #ops: x",), held=("Cpu",))
    _, silence = report.results([run])
    assert (silence.state, len(silence.diagnostics)) == ("failed", 2)
    assert silence.seen == "2 more; held down: Cpu"


def test_overridden_skipped_and_ended_early() -> None:
    """An override, a scenario that was skipped and one that came to no end say so."""
    scenario = Scenario(title="t", faults=(Override(alert="Down"),), alerts=(ALERT,), name="o")
    assert "threshold overridden" in report.results([replace(RUN, scenario=scenario)])[0].seen
    skipped = replace(RUN, verdicts=(), skipped="this stack has no a")
    assert [(r.state, r.seen) for r in report.results([skipped])] == [
        ("skipped", "this stack has no a")
    ]
    broken = replace(RUN, verdicts=(), error="no answer")
    assert [(r.state, r.seen) for r in report.results([broken])] == [("failed", "no answer")]


def test_timeline() -> None:
    """The time line has each step in seconds after the fault."""
    assert report.timeline(RUN, VERDICT) == {
        "fault": 0.0,
        "over threshold": 1.0,
        "firing": 2.0,
        "grouped": 3.0,
        "delivered": 4.0,
        "mended": 10.0,
        "ended": 11.0,
        "resolved": 12.0,
    }


def test_history_and_page(tmp_path: Path) -> None:
    """Each run is added to the history, and the page shows all of them, safely escaped."""
    scenario = Scenario(title="t", faults=(Stop(component="<b>"),), alerts=(ALERT,), name="s")
    for when in ("2026-01-01", "2026-01-02"):
        run = replace(RUN, scenario=scenario)
        history = report.keep(tmp_path, report.records([run], 30, when))
    page = report.page("A & B", history)
    assert [record["when"] for record in history] == ["2026-01-01", "2026-01-02"]
    assert "2026-01-01" in page
    assert "2026-01-02" in page
    assert "delivered 4.0 s" in page
    assert "Drills of A &amp; B" in page
    assert "<b>" not in page


def test_junit() -> None:
    """JUnit's XML counts what failed and what was skipped, and carries each fault."""
    bad = replace(RUN, loud=("Other",))
    skipped = replace(RUN, verdicts=(), skipped="no a")
    suite = ElementTree.fromstring(report.junit(report.results([bad, skipped])))
    assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "1", "1")
    failure = suite.find(".//failure")
    assert failure is not None
    assert "Other fired" in str(failure.text)

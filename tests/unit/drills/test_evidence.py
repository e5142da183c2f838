"""A drill fails when any field of a page is wrong, when one is missing, or when more fires."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from whiteroom_monitoring.drills import evidence
from whiteroom_monitoring.drills.evidence import Context
from whiteroom_monitoring.drills.faults import Stop
from whiteroom_monitoring.drills.observation import Observation, SeenAlert, names_in
from whiteroom_monitoring.drills.scenario import ExpectedAlert, Fields, Page, Scenario, Settings

SETTINGS = Settings(
    fields={
        "slack": Fields(
            firing={"title": "{priority}: {summary}{more}", "link": "{own_runbook}", "extra?": "x"},
            resolved={"title": "Resolved: {summary}{more}", "link": "{runbook}"},
        )
    },
    pages={"ops": Page(channel="slack", recipient="#ops", fields="slack")},
)
CONTEXT = Context(SETTINGS, "http://console", "Watchdog")
LABELS = {"alertname": "Down", "priority": "P1", "service": "a"}
EXPECTED = ExpectedAlert(name="Down", labels={"service": "a"}, summary="a is .*", pages=("ops",))
SCENARIO = Scenario(title="t", faults=(Stop(component="a"),), alerts=(EXPECTED,))
FIRING = {"title": "P1: a is down", "link": "http://console/runbooks/Down"}
RESOLVED = {"title": "Resolved: a is down", "link": "http://console/runbooks/Down"}


def message(payload: Any, state: str, **changes: Any) -> dict[str, Any]:
    """Return a message as the inbox tells it."""
    plain: dict[str, Any] = {
        "id": 1,
        "channel": "slack",
        "recipient": "#ops",
        "state": state,
        "title": payload["title"],
        "text": "",
        "dedup_key": "",
        "received": "2026-01-01T00:00:05.000Z",
        "raw": payload,
    }
    return plain | changes


def seen(*messages: dict[str, Any], **changes: Any) -> Observation:
    """Return what was seen of one alert that fired and ended, and these messages."""
    alert = SeenAlert(LABELS, 1.0, 2.0, 3.0, 4.0, "a is down", frozenset({"summary"}))
    return Observation(0.0, {frozenset(LABELS.items()): replace(alert, **changes)}, [*messages])


def faults(observation: Observation, scenario: Scenario = SCENARIO) -> list[str]:
    """Return everything that is wrong."""
    verdicts = evidence.judge(scenario, observation, CONTEXT)
    return [f for v in verdicts for f in (*v.faults, *(f for d in v.deliveries for f in d.faults))]


GOOD = (message(FIRING, "firing"), message(RESOLVED, "resolved"))


def test_all_as_expected() -> None:
    """A page that says in each field what is expected, and is resolved, proves its alert."""
    assert faults(seen(*GOOD)) == []


@pytest.mark.parametrize("field", ["title", "link"])
@pytest.mark.parametrize("state", [0, 1])
def test_wrong_field(field: str, state: int) -> None:
    """A wrong text in any field, firing or resolved, is a fault that names it."""
    messages = [*GOOD]
    raw = {**messages[state]["raw"], field: "Down, and wrong"}
    messages[state] = {**messages[state], "raw": raw}
    found = faults(seen(*messages))
    name = messages[state]["state"]
    assert len(found) == 1
    assert found[0].startswith(f"ops, {name}: {field}: found 'Down, and wrong'")


def test_field_missing_and_field_too_many() -> None:
    """A field that is missing is a fault, and so is one that nobody expects."""
    raw = {"title": "P1: a is down", "colour": "red"}
    about = message(raw, "firing", text="Down")
    found = faults(seen(about, GOOD[1]))
    assert found == [
        "ops, firing: link: missing",
        "ops, firing: colour: found 'red', and the field is not expected",
    ]


def test_no_page() -> None:
    """A page at another channel, to somebody else, or about another alert is no page."""
    other = message({**FIRING, "link": "http://console/runbooks/Other"}, "firing")
    strangers = [{**GOOD[0], "recipient": "#dev"}, {**GOOD[0], "channel": "email"}, other]
    for stranger in strangers:
        assert "ops: no firing message arrived" in faults(seen(stranger, GOOD[1]))


def test_no_resolution() -> None:
    """A page that is never resolved fails, unless the scenario does not await it."""
    assert faults(seen(GOOD[0])) == ["ops: no resolved message arrived"]
    expected = msgspec.structs.replace(EXPECTED, ends=False)
    scenario = msgspec.structs.replace(SCENARIO, alerts=(expected,))
    assert faults(seen(GOOD[0]), scenario) == []


def test_still_firing() -> None:
    """An alert that goes on after the repair is a fault."""
    assert faults(seen(*GOOD, ended=None)) == ["it still fires after the fault was mended"]


@pytest.mark.parametrize(
    ("observation", "reason"),
    [
        (Observation(), "never held"),
        (seen(firing=None), "pending"),
    ],
)
def test_silent(observation: Observation, reason: str) -> None:
    """An alert that does not fire is a fault that says how far it came."""
    assert reason in faults(observation)[0]


def test_wrong_labels() -> None:
    """An alert that fires with other labels is a fault that shows both."""
    expected = msgspec.structs.replace(EXPECTED, labels={"service": "b"})
    scenario = msgspec.structs.replace(SCENARIO, alerts=(expected,))
    assert "fired with other labels" in faults(seen(*GOOD), scenario)[0]


def test_resolution_of_a_pager_has_the_same_key() -> None:
    """At a pager a resolution counts only for the incident that the page has opened."""
    firing = {**GOOD[0], "dedup_key": "1"}
    assert faults(seen(firing, {**GOOD[1], "dedup_key": "1"})) == []
    assert faults(seen(firing, {**GOOD[1], "dedup_key": "2"})) == [
        "ops: no resolved message arrived"
    ]


def test_undeclared_alert_is_loud() -> None:
    """An alert that fires and is not declared breaks the silence; declared ones do not."""
    observation = seen(*GOOD)
    labels = {"alertname": "Other"}
    observation.alerts[frozenset(labels.items())] = SeenAlert(labels, firing=1.0)
    assert evidence.unexpected(SCENARIO, observation, CONTEXT) == ({"Other"}, [])
    declared = msgspec.structs.replace(SCENARIO, may_fire=("Other",))
    assert evidence.unexpected(declared, observation, CONTEXT) == (set(), [])
    held = replace(CONTEXT, held=frozenset({"Other"}))
    assert evidence.unexpected(SCENARIO, observation, held) == (set(), [])


def test_message_of_nothing_known() -> None:
    """A message that is about no declared alert is named."""
    stranger = message({"title": "P1: who knows"}, "firing")
    _, strangers = evidence.unexpected(SCENARIO, seen(*GOOD, stranger), CONTEXT)
    assert strangers == ["slack #ops: P1: who knows"]


def test_several_in_one_group() -> None:
    """What shares an incident may be paged under the title of any of its alerts."""
    labels = {"incident": "i"}
    one = msgspec.structs.replace(EXPECTED, labels=labels)
    two = ExpectedAlert(name="Other", labels=labels, summary="b is late", pages=("ops",))
    scenario = msgspec.structs.replace(SCENARIO, alerts=(one, two))
    observation = seen(message({**FIRING, "title": "P1: b is late (1 of 2)"}, "firing"), GOOD[1])
    observation.alerts = {
        frozenset({"alertname": name, **labels}.items()): SeenAlert(
            {"alertname": name, "priority": "P1", **labels}, 1.0, 2.0, 3.0, 4.0, summary
        )
        for name, summary in (("Down", "a is down"), ("Other", "b is late"))
    }
    first, _ = evidence.judge(scenario, observation, CONTEXT)
    assert (first.faults, [d.faults for d in first.deliveries]) == ((), [(), ()])


def test_fields_of_a_mail() -> None:
    """A mail's fields are its headers, unfolded, its addressees and its text."""
    raw = "Subject: a\r\n b\r\nTo: x@y\r\n\r\nbody"
    mail = message({"title": ""}, "firing", raw=raw, text="body", recipient="x@y")
    expected = {"subject": "a b", "to": "x@y", "recipients": "x@y", "text": "body"}
    assert evidence.fields_of(mail) == expected


def test_names_in_a_message() -> None:
    """An alert is found in whatever part of a message names it."""
    about = message({"title": "x", "links": [{"href": "/runbooks/Down"}]}, "firing")
    assert names_in(about, ["Down", "Other"]) == {"Down"}
    assert names_in(about, ["Dow", "own"]) == set()
    lines = message({**FIRING, "text": "first\nOther is down"}, "firing")
    assert names_in(lines, ["Other"]) == {"Other"}


def test_an_alert_without_what_its_project_demands() -> None:
    """An annotation that each alert of the project has to have is missed, where a page is declared:
    a template may have words in its place that look right."""
    context = replace(CONTEXT, annotations=frozenset({"summary", "description"}))
    (verdict,) = evidence.judge(SCENARIO, seen(*GOOD), context)
    assert verdict.faults == ("it has no description",)
    whole = seen(*GOOD, annotations=frozenset({"summary", "description"}))
    assert evidence.judge(SCENARIO, whole, context)[0].ok
    anywhere = msgspec.structs.replace(EXPECTED, pages=())
    scenario = msgspec.structs.replace(SCENARIO, alerts=(anywhere,))
    assert evidence.judge(scenario, seen(*GOOD), context)[0].ok

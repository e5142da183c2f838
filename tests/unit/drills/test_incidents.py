"""Incidents to practise: what people may do, what is written down, and what was promised."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from tests.support.projects import WHITE_ROOM
from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.documents import incidents as templates
from whiteroom_monitoring.drills import scenario
from whiteroom_monitoring.drills.incidents import exercise, model
from whiteroom_monitoring.drills.incidents.exercise import Exercise
from whiteroom_monitoring.drills.incidents.journal import Journal
from whiteroom_monitoring.drills.incidents.model import Incident
from whiteroom_monitoring.drills.incidents.review import Review
from whiteroom_monitoring.drills.observation import Observation, SeenAlert
from whiteroom_monitoring.drills.runner import Runner
from whiteroom_monitoring.drills.scenario import ExpectedAlert, Scenario
from whiteroom_monitoring.drills.stack import DrillStack
from whiteroom_monitoring.errors import UsageError

SCENARIOS = scenario.read(WHITE_ROOM.files.drills).scenarios
INCIDENTS = model.read(WHITE_ROOM.files.drills, SCENARIOS)
INCIDENT = Incident(
    title="Gone",
    report="A musician writes: it is gone.",
    scenario="gone",
    cause="Somebody had stopped it.",
    repair="start-it",
    does="starts it",
    name="gone",
)
SCENARIO = Scenario(
    title="t",
    faults=(),
    alerts=(ExpectedAlert(name="Down", labels={"priority": "P0"}),),
    name="gone",
)
PAGED_AT = "2026-01-01T00:00:10.000Z"
PAGED_S = 1767225610.0


def test_there_are_eight_incidents_or_more() -> None:
    """Each has a repair of its own, or people could not tell causes apart; none says its cause."""
    assert len(INCIDENTS) >= 8
    assert len({incident.repair for incident in INCIDENTS}) == len(INCIDENTS)
    for incident in INCIDENTS:
        assert incident.report.endswith(".")
        assert incident.cause not in incident.report


def test_their_alerts_promise_an_answer() -> None:
    """The priority of each incident's alerts says how soon somebody answers."""
    by_name = {one.name: one for one in SCENARIOS}
    for incident in INCIDENTS:
        review = Review(incident, by_name[incident.scenario], Journal(), WHITE_ROOM.alerts)
        assert review.answer_within_s, incident.name


def test_published_schema() -> None:
    """The schema that editors use is that of the type."""
    path = Path(model.__file__).with_name("incident.schema.json")
    assert path.read_text(encoding="utf-8") == model.schema_text()


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('title = "t"', "missing required field"),
        (
            'title = "t"\nreport = "r"\nscenario = "gon"\ncause = "c"\nrepair = "x"\ndoes = "d"',
            "no scenario is named gon",
        ),
    ],
)
def test_an_incident_that_is_not_whole_is_named(tmp_path: Path, text: str, problem: str) -> None:
    """A missing key and an unknown scenario are said, with the file."""
    (tmp_path / "incidents").mkdir()
    (tmp_path / "incidents/a.toml").write_text(text)
    with pytest.raises(DiagnosticsError, match=problem):
        model.read(tmp_path, [SCENARIO])


def test_a_seed_decides_and_a_name_is_taken() -> None:
    """Chance hides the cause; a seed repeats it, and a typing error is answered."""
    assert model.chosen(INCIDENTS, "", 3) == model.chosen(INCIDENTS, "", 3)
    assert len({model.chosen(INCIDENTS, "", seed).name for seed in range(40)}) > 5
    assert model.chosen(INCIDENTS, "clicks", None).name == "clicks"
    with pytest.raises(UsageError, match="did you mean clicks"):
        model.chosen(INCIDENTS, "click", None)
    with pytest.raises(UsageError, match="can be played"):
        model.chosen([], "", None)


def test_only_what_the_copy_has_is_played() -> None:
    """A copy without the application plays no incident of it."""
    assert model.playable(INCIDENTS, SCENARIOS, {"prometheus", "redis", "redis-exporter"}) == [
        one for one in INCIDENTS if one.name == "slow-lists"
    ]
    needed = {name for one in SCENARIOS for name in one.needs}
    assert model.playable(INCIDENTS, SCENARIOS, needed) == INCIDENTS


class FakeObserver:
    """What is seen of a stack: the test puts it there."""

    observation = Observation(begun=0.0)

    def __init__(self, stack: object) -> None:
        type(self).observation = Observation(begun=0.0)

    def __enter__(self) -> FakeObserver:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def seen(self) -> Observation:
        """Return it."""
        return self.observation


class FakeRunner:
    """A fault that begins and ends."""

    lasts = False

    def hold(self, one: Scenario) -> frozenset[str]:
        """Hold nothing down."""
        return frozenset()

    @contextlib.contextmanager
    def harmed(self, one: Scenario, held: Collection[str]) -> Iterator[None]:
        """Let the fault last."""
        self.lasts = True
        yield
        self.lasts = False


class FakeInbox:
    """An inbox with some open incidents, which notes what a person does."""

    def __init__(self) -> None:
        self.open = [{"id": 7}]
        self.messages: list[dict[str, Any]] = []

    def get_json(self, path: str, query: Any, decode: Any) -> Any:
        """Return the open incidents."""
        return decode({"incidents": self.open})

    def send_json(self, method: str, path: str, content: dict[str, str]) -> None:
        """Act on one."""
        names = {"acknowledge": "Acknowledged", "resolve": "Resolved"}
        message(f"{names[content['action']]}: it is gone", {})


def message(title: str, raw: object, text: str = "", state: str = "") -> None:
    """Let a message be in the inbox."""
    every = FakeObserver.observation.messages
    new = {"id": len(every), "title": title, "text": text, "raw": raw, "state": state}
    every.append({**new, "channel": "pagerduty", "received": PAGED_AT})


@pytest.fixture
def runner() -> FakeRunner:
    """A runner whose fault a test can see."""
    return FakeRunner()


@pytest.fixture
def inbox() -> FakeInbox:
    """The copy's inbox."""
    return FakeInbox()


@pytest.fixture
def played(
    monkeypatch: pytest.MonkeyPatch, runner: FakeRunner, inbox: FakeInbox
) -> Iterator[Exercise]:
    """An exercise that has begun."""
    monkeypatch.setattr(exercise, "Observer", FakeObserver)
    stack = cast(DrillStack, type("Stack", (), {"inbox": inbox})())
    repairs = {"start-it": "starts it", "stop-it": "stops it"}
    one = Exercise(stack, INCIDENT, SCENARIO, repairs, Journal())
    one.begin(cast(Runner, runner))
    yield one
    one.end()


def page() -> None:
    """Let the alert fire, and page."""
    labels = {"alertname": "Down", "priority": "P0"}
    alert = SeenAlert(labels, firing=PAGED_S - 1, summary="it is down")
    FakeObserver.observation.alerts[frozenset(labels.items())] = alert
    message("P0: it is down", {"payload": "Down"}, state="firing")


def kinds(played: Exercise) -> list[tuple[str, str]]:
    """Return what has happened, by whom."""
    played.look()
    return [(entry.kind, entry.who) for entry in played.journal.entries]


def test_the_right_repair_mends_and_a_wrong_one_does_not(
    played: Exercise, runner: FakeRunner
) -> None:
    """What is tried is written down; only what belongs to the cause ends the fault."""
    assert runner.lasts
    assert "nothing has changed" in played.say("mend stop-it", "both")
    assert runner.lasts
    assert "expected one of" in played.say("mend hammer", "both")
    played.say("mend start-it", "both")
    assert not runner.lasts
    assert ("wrong repair", "both") in kinds(played)
    assert ("mended", "both") in kinds(played)


def test_what_people_type_is_done_and_written_down(played: Exercise) -> None:
    """Acknowledged, noted and resolved at the right times, by whom."""
    assert played.say("ack", "lead") == "nobody has been paged yet"
    assert "mend it first" in played.say("resolve", "lead")
    page()
    played.look()
    assert "nobody else is woken" in played.say("acknowledge", "lead")
    played.say("note it is the pump", "hands")
    played.say("mend start-it", "hands")
    played.say("resolve", "lead")
    # What was done in the inbox has not been seen there yet.
    assert not played.is_settled
    played.look()
    assert not played.is_settled
    alert = next(iter(FakeObserver.observation.alerts.values()))
    alert.ended = PAGED_S + 9
    played.look()
    assert played.is_settled
    expected = {("acknowledged", "lead"), ("note", "hands"), ("mended", "hands")}
    assert expected | {("resolved", "lead")} <= set(kinds(played))
    played.say("done", "lead")
    assert played.is_over


def test_what_people_do_in_the_inbox_is_written_down(played: Exercise) -> None:
    """The page's buttons count as the terminal's commands, once each."""
    page()
    message("Acknowledged: it is down", {})
    message("Note: it is down", {}, text="it is the pump")
    message("Resolved: it is down", {})
    done = kinds(played)
    assert [who for kind, who in done if kind == "acknowledged"] == ["inbox"]
    texts = [entry.text for entry in played.journal.entries if entry.kind == "note"]
    assert texts == ["it is the pump"]
    assert kinds(played) == done


def test_without_a_pager_it_is_acknowledged_in_the_channel(
    played: Exercise, inbox: FakeInbox
) -> None:
    """An alert of a chat alone has no incident that could be acknowledged."""
    inbox.open = []
    page()
    played.look()
    assert "in the channel" in played.say("ack", "both")
    assert ("acknowledged", "both") in kinds(played)


@pytest.mark.parametrize(
    ("role", "line", "refused"),
    [("lead", "mend start-it", True), ("hands", "resolve", True), ("hands", "note x", False)],
)
def test_two_people_have_their_roles(played: Exercise, role: str, line: str, refused: bool) -> None:
    """The lead repairs nothing, and the hands decide nothing; both write."""
    assert ("is for the" in played.say(line, role)) == refused


def test_what_nobody_knows_is_answered_with_help(played: Exercise) -> None:
    """A typing error says what there is; the list of repairs names no cause."""
    assert "mend REPAIR" in played.say("mnd", "both")
    assert INCIDENT.cause not in played.say("repairs", "both") + played.say("status", "both")


def reviewed(*entries: tuple[float, Any, str]) -> dict[str, str]:
    """Return the states of a review of what happened so many seconds after the fault."""
    journal = Journal()
    for at, kind, who in entries:
        journal.add(at, kind, who, kind)
    review = Review(INCIDENT, SCENARIO, journal, WHITE_ROOM.alerts)
    return {result.id: result.state for result in review.results()}


def test_an_answer_that_comes_too_late_breaks_the_promise() -> None:
    """P0 is answered within five minutes of its page, and not of the fault."""
    begun = [(0.0, "fault", "system"), (100.0, "paged", "system")]
    assert reviewed(*begun, (399.0, "acknowledged", "lead"))["acknowledged"] == "ok"
    assert reviewed(*begun, (401.0, "acknowledged", "lead"))["acknowledged"] == "failed"
    assert reviewed(*begun)["acknowledged"] == "failed"


def test_what_nobody_did_is_said() -> None:
    """Without a note, a repair and an end, each is missing."""
    states = reviewed((0.0, "fault", "system"), (1.0, "paged", "system"))
    assert {id for id, state in states.items() if state == "failed"} == {
        *("acknowledged", "note", "mended", "resolved"),
    }


def test_the_post_mortem_is_filled_in() -> None:
    """Times, notes and cause are there; what only people know stays to be written."""
    journal = Journal()
    journal.add(PAGED_S - 10, "fault", "system", INCIDENT.report)
    journal.add(PAGED_S, "acknowledged", "lead", "x")
    journal.add(PAGED_S + 5, "note", "hands", "it is the pump")
    journal.add(PAGED_S + 9, "mended", "hands", "start-it: starts it")
    review = Review(INCIDENT, SCENARIO, journal, WHITE_ROOM.alerts)
    text = templates.render("post-mortem", {"alert": "Down", **review.values()})
    assert "| it was acknowledged | 00:00:10 UTC |" in text
    assert "| it began | 00:00:00 UTC |" in text
    assert "- 00:00:15 UTC, hands: it is the pump" in text
    assert "1. Somebody had stopped it." in text
    assert "What musicians noticed: A musician writes: it is gone." in text
    assert "2. ____" in text

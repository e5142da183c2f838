"""The score of the drills: what is broken, which drills judge it, and when it counts as caught."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, cast

import jsonschema
import pytest
import yaml

import whiteroom_monitoring
from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.covering.clauses import MARK
from whiteroom_monitoring.deploy.configuration.reload import ReloadError
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.drills import campaign
from whiteroom_monitoring.drills.evidence import Verdict
from whiteroom_monitoring.drills.runner import Runner, RunResult
from whiteroom_monitoring.drills.scenario import Scenario
from whiteroom_monitoring.drills.score import covering, delivery_breaks, record
from whiteroom_monitoring.drills.score.covering import UndecidedError
from whiteroom_monitoring.drills.score.judge import BreakResult, Judge
from whiteroom_monitoring.drills.score.model import KINDS, Break, Cover
from whiteroom_monitoring.drills.score.record import Record
from whiteroom_monitoring.drills.score.selection import Selection, equivalents, sampled
from whiteroom_monitoring.drills.stack import DrillStack
from whiteroom_monitoring.mutation import report
from whiteroom_monitoring.project import Project, load

SCHEMA = Path(whiteroom_monitoring.__file__).parent / "schemas/mutate.schema.json"

RULES = f"""\
groups:
  - name: g
    rules:
      - record: job:a:max
        expr: max by (job) (a{{kind="x"}})
      - alert: Down
        expr: |
          job:a:max{{job="j"}} > 2
          {MARK}
          unless on (service) (ALERTS{{alertname="Up", alertstate="firing"}})
        for: 1m
        labels: {{priority: P1, service: s}}
        annotations: {{summary: it is down}}
      - alert: Up
        expr: b == 1
        labels: {{priority: P2, service: s}}
      - alert: Forced
        expr: c > 1
        labels: {{priority: P2}}
      - alert: Undrilled
        expr: d > 1
"""
ROUTES = """\
route:
  receiver: team
  routes:
    - {receiver: watchdog, matchers: ['alertname="Watchdog"']}
    - {receiver: team, matchers: ['priority="P1"'], group_wait: 5s, continue: true}
    - {receiver: chat, matchers: ['priority=~"P2|P3"']}
receivers:
  - {name: watchdog, slack_configs: [{channel: '#dog'}]}
  - name: team
    email_configs: [{to: a@b.example, text: x, send_resolved: true}]
    webhook_configs: [{url: 'http://127.0.0.1:1/'}]
  - {name: chat, slack_configs: [{channel: '#c', title: t, api_url_file: f, send_resolved: true}]}
"""
TEMPLATE = """\
{{ define "title" }}{{ if eq .Status "resolved" }}Resolved: {{ end }}x{{ end }}
{{- /* Words. */ -}}
{{ define "text" -}}
{{ if .x }}y{{ end }}
Runbook: r
{{ end }}
"""
SCENARIOS = {
    "down": 'title = "d"\nfaults = [{kind = "stop", component = "prometheus"}]\n'
    '[[alerts]]\nname = "Down"\npages = ["mail"]\nlabels = {service = "s"}\n',
    "up": 'title = "u"\nfaults = [{kind = "stop", component = "prometheus"}]\n'
    '[[alerts]]\nname = "Up"\npages = ["chat"]\n',
    "forced": 'title = "f"\nfaults = [{kind = "override", alert = "Forced"}]\n'
    '[[alerts]]\nname = "Forced"\npages = ["chat"]\n',
    "drills": "[fields.f]\nfiring = {}\nresolved = {}\n"
    '[pages.mail]\nchannel = "email"\nrecipient = "r"\nfields = "f"\n'
    '[pages.chat]\nchannel = "slack"\nrecipient = "r"\nfields = "f"\n',
}
JOBS = """\
scrape_configs:
  - {job_name: j, static_configs: [{targets: ['h:1'], labels: {service: s}}]}
  - {job_name: other, static_configs: [{targets: ['h:2'], labels: {service: s}}]}
"""
FILES = {
    "prometheus/rules/a.yml": RULES,
    "alertmanager/alertmanager.yml": ROUTES,
    "alertmanager/templates/t.tmpl": TEMPLATE,
    "prometheus/prometheus.yml": JOBS,
}


@pytest.fixture
def drills(tmp_path: Path) -> campaign.Campaign:
    """The campaign of a project with four alerts, three of which have a scenario."""
    (tmp_path / "whiteroom.toml").write_text('name = "p"\n')
    files = {**FILES, **{f"drills/{name}.toml": text for name, text in SCENARIOS.items()}}
    for name, text in files.items():
        path = tmp_path / "monitoring" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return campaign.read(load(tmp_path))


@pytest.fixture
def breaks(drills: campaign.Campaign) -> dict[str, Break]:
    """Every break of that project, by its id."""
    return {one.id: one for one in Selection(drills, FILES, {"prometheus"}).breaks()}


def test_each_part_of_the_chain_is_broken(breaks: dict[str, Break]) -> None:
    """Rules, covering, inhibition, routes, templates, receivers, metrics and exporters are, each
    break changes its file, and no two are alike."""
    assert {one.kind for one in breaks.values()} == set(KINDS)
    for one in breaks.values():
        changed = one.files(FILES)
        assert changed[one.file] != FILES[one.file]
        assert {name for name in FILES if changed[name] != FILES[name]} == {one.file}


@pytest.mark.parametrize(
    "id",
    [
        "rule: Down s: for 1m → 1000m",
        "rule: Down s: priority: P1 → P2",
        "rule: Down s: priority: P1 → (nothing)",
        "rule: Down s: summary: it is down → (nothing)",
        "rule: Up s: b == 1 → vector(0) == 1",
        "covering: Down s: covered by some → by anything",
        "inhibition: Down: nothing inhibits it → Watchdog",
        'route: priority="P1" to team: the route → (nothing)',
        'route: priority="P1" to team: receiver → chat',
        'route: priority="P1" to team: continue → false',
        'route: priority="P1" to team: priority="P1" → priority!="P1"',
        "template: title: its text → (nothing)",
        'template: title: eq .Status "resolved" at 6 → ne .Status "resolved"',
        "receiver: team, email: to: a@b.example → broken-a@b.example",
        "receiver: chat, slack: send_resolved → false",
        "receiver: chat, slack: title → (nothing)",
        "metric: a: the metric → (nothing)",
        "metric: a: label kind → broken",
        "exporter: job j: targets → 127.0.0.1:1",
    ],
)
def test_a_break_is_made(breaks: dict[str, Break], id: str) -> None:
    """What people would mistype is among the breaks."""
    assert id in breaks, "\n".join(breaks)


@pytest.mark.parametrize(
    "text",
    [
        "Undrilled",  # no scenario expects it
        "rule: Forced: c > 1",  # its drill overrides the condition
        "#dog",  # the Watchdog is not drilled
        "Watchdog to",
        "webhook",  # tells the stack's own reconciler
        "api_url_file",  # where a channel leads is the drill's own matter
        "job other",  # no drilled alert reads it
    ],
)
def test_what_no_drill_can_show_is_left_alone(breaks: dict[str, Break], text: str) -> None:
    """A break that is beyond what drills promise would only be a survivor."""
    assert [id for id in breaks if text in id] == []


def test_a_clause_that_is_gone_covers_no_more(breaks: dict[str, Break]) -> None:
    """The rule without its clause is what is written by hand, and names who covered it."""
    one = next(b for b in breaks.values() if b.cover)
    assert one.cover == Cover("Up", "Down")
    rule = yaml.safe_load(one.files(FILES)[one.file])["groups"][0]["rules"][1]
    assert rule["expr"].strip() == 'job:a:max{job="j"} > 2'


def test_only_the_drills_of_touched_alerts_judge(
    drills: campaign.Campaign, breaks: dict[str, Break]
) -> None:
    """A rule's break is judged by its own scenario, a route's by those whose way it is, a
    template's by one of each set of pages."""
    selection = Selection(drills, FILES, {"prometheus"})

    def names(id: str) -> set[str]:
        return {scenario.name for scenario in selection.scenarios(breaks[id])}

    assert names("rule: Down s: for 1m → 1000m") == {"down"}
    assert names('route: priority="P1" to team: the route → (nothing)') == {"down"}
    assert names("receiver: chat, slack: title → (nothing)") <= {"up", "forced"}
    assert len(names("template: title: its text → (nothing)")) == 2
    assert names("exporter: job j: the job → (nothing)") == {"down"}


def test_the_sample_has_every_kind_and_follows_from_the_seed(breaks: dict[str, Break]) -> None:
    """The same seed chooses the same breaks, of each kind as many as of the others."""
    every = list(breaks.values())
    chosen = [one.id for one in sampled(every, 16, 1)]
    assert chosen == [one.id for one in sampled(every, 16, 1)]
    assert chosen != [one.id for one in sampled(every, 16, 2)]
    kinds = [breaks[id].kind for id in chosen]
    assert {kind: kinds.count(kind) for kind in KINDS} == dict.fromkeys(KINDS, 2)


def test_a_definition_ends_where_the_next_begins() -> None:
    """What is emptied is one definition, to its own end, whatever ends within it."""
    emptied = [b for b in delivery_breaks.of_template("f", TEMPLATE) if b.old == "its text"]
    texts = [one.change(TEMPLATE) for one in emptied]
    assert texts[0].startswith('{{ define "title" }}{{ end }}\n{{- /* Words. */ -}}')
    assert texts[1].endswith('{{ define "text" -}}{{ end }}\n')


class FakeStack:
    """A stack that knows which configuration is in force, and refuses some."""

    def __init__(self, project: Project, refused: str = "") -> None:
        self.project = project
        self.written: Mapping[str, str] = FILES
        self.in_force: Mapping[str, str] = FILES
        self.refused = refused

    def put_in_force(self, files: Mapping[str, str]) -> None:
        """Take a configuration over."""
        self.in_force = files
        if self.refused and self.refused in str(files):
            raise ReloadError("refused")


@pytest.fixture
def notices(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, Any]]:
    """What makes each scenario fail: a text that the configuration in force has not any more."""
    needed: dict[str, Any] = {"calls": []}

    def run(runner: Any, scenario: Scenario) -> RunResult:
        needed["calls"].append((scenario.name, scenario.within_s))
        text = needed.get(scenario.name, "")
        ok = text in str(runner._stack.in_force)
        faults = () if ok else ("no page",)
        verdict = Verdict(scenario.alerts[0], None, (), faults)
        return RunResult(scenario, 0.0, 5.0, 9.0, (verdict,))

    monkeypatch.setattr(Runner, "run", run)
    with contextlib.nullcontext():
        yield needed


def judged(
    drills: campaign.Campaign, stack: FakeStack, chosen: list[Break]
) -> dict[str, BreakResult]:
    """Return the results of breaks by their ids."""
    selection = Selection(drills, FILES, {"prometheus"})
    judge = Judge(cast(DrillStack, stack), drills, selection.scenarios, Progress(quiet=True))
    return {result.broken.id: result for result in judge.results(chosen)}


def test_a_drill_that_fails_catches(
    drills: campaign.Campaign, breaks: dict[str, Break], notices: dict[str, Any]
) -> None:
    """Caught is what fails a drill that passes before and afterwards; what no drill notices
    survives; and what was there before is in force again."""
    stack = FakeStack(drills.project)
    notices["down"] = "for: 1m"
    ids = ("rule: Down s: for 1m → 1000m", "rule: Up s: priority: P2 → P1")
    results = judged(drills, stack, [breaks[id] for id in ids])
    assert [results[id].verdict for id in ids] == ["caught", "survived"]
    assert results[ids[0]].reason == "Down (s): no page"
    assert stack.in_force == FILES
    # Before, with the break, and afterwards; with the break no longer than it may take.
    of_down = [within for name, within in notices["calls"] if name == "down"]
    assert of_down == [90.0, 18.0, 90.0]


def test_a_drill_that_fails_anyway_catches_nothing(
    drills: campaign.Campaign, breaks: dict[str, Break], notices: dict[str, Any]
) -> None:
    """Without a drill that passes, a break is undecided, and no survivor either."""
    notices["down"] = "never there"
    id = "rule: Down s: for 1m → 1000m"
    assert judged(drills, FakeStack(drills.project), [breaks[id]])[id].verdict == "undecided"


def test_a_verdict_is_void_when_the_drill_fails_afterwards(
    drills: campaign.Campaign,
    breaks: dict[str, Break],
    notices: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whatever has changed in the stack meanwhile may have failed it: nothing is claimed."""
    stack = FakeStack(drills.project)
    notices["down"] = "for: 1m"
    put = stack.put_in_force
    monkeypatch.setattr(stack, "put_in_force", lambda files: put({"broken": "for good"}))
    id = "rule: Down s: for 1m → 1000m"
    assert judged(drills, stack, [breaks[id]])[id].verdict == "undecided"


def test_a_configuration_that_is_refused_is_no_break(
    drills: campaign.Campaign, breaks: dict[str, Break], notices: dict[str, Any]
) -> None:
    """What Prometheus or Alertmanager do not load tells nothing about drills."""
    id = "rule: Down s: for 1m → 1000m"
    assert judged(drills, FakeStack(drills.project, "1000m"), [breaks[id]])[id].verdict == "invalid"


def test_covering_is_judged_by_two_alerts(
    drills: campaign.Campaign, breaks: dict[str, Break], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A clause that is gone is caught when the covered alert goes on beside the covering one."""
    one = next(b for b in breaks.values() if b.cover)

    def problem(stack: Any, cover: Cover, known: Any) -> str:
        return "" if stack.in_force == FILES else "Down goes on while Up fires"

    monkeypatch.setattr(covering, "problem", problem)
    result = judged(drills, FakeStack(drills.project), [one])[one.id]
    assert (result.verdict, result.reason) == ("caught", "Down goes on while Up fires")

    def undecided(stack: Any, cover: Cover, known: Any) -> str:
        raise UndecidedError("Up can't be made to fire")

    monkeypatch.setattr(covering, "problem", undecided)
    assert judged(drills, FakeStack(drills.project), [one])[one.id].verdict == "undecided"


def test_a_run_goes_on_where_one_ended(tmp_path: Path, breaks: dict[str, Break]) -> None:
    """What is known is kept, but for what was undecided and what another configuration showed."""
    first, second = list(breaks.values())[:2]
    path = tmp_path / "folder/breaks.jsonl"
    kept = Record(path, "now")
    kept.add(BreakResult(first, "caught", "down", "no page", 3.0))
    kept.add(BreakResult(second, "undecided"))
    # A line that an interrupted run has left half written.
    with path.open("a") as file:
        file.write('{"break": "ru')
    again = Record(path, "now")
    assert again.get(first) == BreakResult(first, "caught", "down", "no page", 3.0)
    assert again.get(second) is None
    assert Record(path, "later").get(first) is None
    assert record.state({"a": "1"}) != record.state({"a": "2"})


def test_the_report_is_of_the_schema(breaks: dict[str, Break]) -> None:
    """Survivors are objects of the published schema."""
    schema = plain_yaml.load(SCHEMA.read_text())
    results = [BreakResult(one, "survived", "down") for one in breaks.values()]
    document = report.report(results, KINDS, 0.95, 1) | {"seconds": 1.0, "undecided": []}
    jsonschema.validate(document, schema)


def test_equivalents_are_named_with_a_reason() -> None:
    """Each is written as the command prints it, of a kind that there is."""
    for id, reason in equivalents().items():
        assert id.partition(":")[0] in KINDS
        assert reason.endswith(".")

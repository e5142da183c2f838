"""The laws of the console's API, over canned data sources."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.support.asgi import ask
from tests.support.data_sources import ALERT, CannedAlertmanager, CannedPrometheus, CannedSources
from tests.support.projects import project_of
from whiteroom_monitoring.console import http
from whiteroom_monitoring.console.service import DashboardService
from whiteroom_monitoring.console.workers import Workers
from whiteroom_monitoring.datasources.alertmanager import AlertmanagerClient
from whiteroom_monitoring.datasources.errors import SourceError
from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluator
from whiteroom_monitoring.grafana.model.library import Library

NOW_S = 1_767_225_602.0
TOKEN = "correct-horse-battery"
DASHBOARD = {
    "uid": "u",
    "title": "T",
    "description": "Is it *well*? Generated from x.",
    "refresh": "5s",
    "timezone": "utc",
    "templating": {"list": [
        {"name": "v", "type": "custom", "query": "a,b"},
        {"name": "c", "type": "constant", "query": "x"},
    ]},
    "links": [{"title": "L", "url": "/x?v=$v"}, {"title": "bad", "url": "javascript:alert(1)"}],
    "panels": [
        {"id": 1, "type": "stat", "title": "of $v", "targets": [{"expr": "up"}],
         "fieldConfig": {"defaults": {"displayName": "D", "unit": "s", "decimals": 1}}},
        {"id": 2, "type": "timeseries",
         "targets": [{"expr": 'up{a="$v"}', "legendFormat": "{{job}}"}],
         "fieldConfig": {"defaults": {"custom": {"lineWidth": 2}}}},
        {"id": 3, "type": "alertlist"},
        {"id": 4, "type": "gauge", "targets": [{"expr": "up"}],
         "options": {"reduceOptions": {"calcs": ["max"]}, "graphMode": "area"}},
        {"id": 5, "type": "table", "targets": [{"expr": "up", "format": "table", "instant": True}]},
    ],
}  # fmt: skip


class Sources(CannedSources):
    """Canned sources whose silences can be changed, and whose alerts can be others."""

    def __init__(self, priority: str = "P1", fail: bool = False, watchdog: bool = True) -> None:
        super().__init__()
        self.created: list[Any] = []
        self._priority, self._fail, self._watchdog = priority, fail, watchdog

    @property
    def prometheus(self) -> PrometheusClient:
        """Prometheus with one alert, and the Watchdog."""
        sources = self

        class Prometheus(CannedPrometheus):
            def get(self, path: str, **parameters: str) -> Any:
                if sources._fail:
                    raise SourceError("Prometheus is gone.")
                if path == "metadata":
                    return {"up": [{"help": "H", "type": "gauge"}]}
                if path == "alerts":
                    labels = {**ALERT["labels"], "priority": sources._priority}  # type: ignore[dict-item]
                    watchdog = {**ALERT, "labels": {"alertname": "Watchdog", "priority": "P3"}}
                    listed = [{**ALERT, "labels": labels}]
                    return {"alerts": [*listed, watchdog] if sources._watchdog else listed}
                return super().get(path, **parameters)

            def label_values(
                self, label: str, selector: str, start: float, end: float
            ) -> list[str]:
                return ["up", "up_bucket"] if label == "__name__" else ["a", "b"]

        return Prometheus()

    @property
    def alertmanager(self) -> AlertmanagerClient:
        """An Alertmanager that remembers silences."""
        sources = self

        class Alertmanager(CannedAlertmanager):
            def alerts(self) -> list[Any]:
                labels = {**ALERT["labels"], "external": "x"}  # type: ignore[dict-item]
                return [{"labels": labels, "status": {"silencedBy": ["s-1"]}}]

            def silences(self) -> list[Any]:
                return [{"id": n, "status": {"state": n}} for n in ("active", "expired", "pending")]

            def create_silence(self, silence: Any) -> str:
                sources.created.append(silence)
                return "made"

            def expire_silence(self, identifier: str) -> None:
                sources.created.append(identifier)

        return Alertmanager()


SERVED_WITHOUT_PARSER = """
import sys
from whiteroom_monitoring.cli import console
assert "whiteroom_monitoring.console.http" in sys.modules
sys.exit("promql_parser" in sys.modules)
"""


def test_no_stranger_reaches_the_native_parser() -> None:
    """The program that serves the console does not even load the parser that can crash."""
    subprocess.run([sys.executable, "-c", SERVED_WITHOUT_PARSER], check=True)


class Client:
    """A console in this process."""

    def __init__(self, folder: Path, sources: Sources | None = None, token: str = "") -> None:
        (folder / "one.json").write_text(json.dumps(DASHBOARD))
        (folder / "Runbook.md").write_text("# R\n")
        self.sources = sources or Sources()
        self._workers = Workers()
        service = DashboardService(
            Library(folder), Evaluator(self.sources), project_of(folder), lambda: NOW_S
        )
        self._application = http.make(service, self._workers, {"console"}, token)

    def ask(self, path: str, method: str = "GET", **more: Any) -> httpx.Response:
        """Return the answer to one request."""
        return ask(self._application, path, method, "console", **more)

    def get(self, path: str) -> Any:
        """Return the JSON of an answer."""
        answer = self.ask(path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def panel(self, key: str, query: str = "") -> Any:
        """Return one panel."""
        lines = self.ask(f"/api/dashboards/u/panels?panel=50:{key}&{query}").text
        return json.loads(lines)


@pytest.fixture
def client(tmp_path: Path) -> Client:
    """A console with one dashboard."""
    return Client(tmp_path)


@pytest.mark.parametrize(
    ("sources", "state", "line", "reason"),
    [
        (Sources("P0"), "trouble", "White Room is in trouble: 1 alert pages.", "P0 AudioXruns: Cl"),
        (Sources("P1"), "trouble", "White Room is in trouble: 1 alert pages.", "P1 AudioXruns: Cl"),
        (Sources("P2"), "degraded", "White Room is degraded.", "P2 AudioXruns: Clicks are heard."),
        (Sources("P3"), "well", "White Room is well.", "1 target scraped, nobody is paged."),
        (Sources("P3", watchdog=False), "degraded", "White Room is degraded.", "The Watchdog does"),
        (Sources(fail=True), "unknown", "Status unknown.", "Prometheus is gone."),
    ],
)
def test_home_says_how_it_is(
    tmp_path: Path, sources: Sources, state: str, line: str, reason: str
) -> None:
    """What pages is trouble, what needs action degrades, news does not; the reason is named."""
    home = Client(tmp_path, sources).get("/api/home")
    assert (home["state"], home["line"]) == (state, line)
    assert home["reasons"][0].startswith(reason)
    [card] = home["dashboards"]
    assert card == {
        "uid": "u",
        "slug": "one",
        "title": "T",
        "panels": [1],
        "description": "<p>Is it <em>well</em>?</p>\n",
    }


def test_a_dashboard_without_its_data(client: Client) -> None:
    """A dashboard has its range, choices that can be made, links that lead somewhere, places."""
    content = client.get("/api/dashboards/u?from=now-1h&to=now&var-v=b")
    assert (content["from"], content["to"]) == (1_767_222_000, 1_767_225_600)
    assert (content["refresh"], content["timezone"], content["problem"]) == ("5s", "utc", "")
    assert [variable["name"] for variable in content["variables"]] == ["v"]
    assert content["variables"][0]["chosen"] == ["b"]
    assert [link["url"] for link in content["links"]] == ["/x?v=b"]
    [section] = content["sections"]
    assert [(p["key"], p["title"], p["gridPos"]) for p in section["panels"]][:2] == [
        *(("1", "of b", [0, 0, 12, 8]), ("2", "", [0, 8, 12, 8]))
    ]
    assert client.get("/api/dashboards/one")["uid"] == "u"


def test_panels_with_their_data(client: Client) -> None:
    """Figures have a value of each series, lines all values, tables their cells."""
    stat = client.panel("1")
    assert [(one["name"], one["value"]) for one in stat["singleValues"]] == [("D", 0.0), ("D", 1.0)]
    lines = client.panel("2", "var-v=b&from=now-1h&to=now")
    assert [one["name"] for one in lines["series"]] == ["a", "b"]
    assert lines["queries"] == {"A": 'up{a="b"}'}
    assert lines["series"][0]["style"]["lineWidth"] == 2
    assert lines["times"] == {"start": 1_767_222_000, "step": 120, "count": 31}
    assert (lines["from"], lines["to"]) == (1_767_222_000, 1_767_225_600)
    assert [alert["name"] for alert in client.panel("3")["alerts"]] == ["AudioXruns", "Watchdog"]
    assert all(one["line"] for one in client.panel("4")["singleValues"])
    assert [column["name"] for column in client.panel("5")["columns"]][-1] == "Value"
    assert client.panel("9")["problem"] == "This dashboard has no panel 9."


def test_alerts_and_their_silences(client: Client) -> None:
    """An alert has the silences that hold it; those that are over are left out."""
    content = client.get("/api/alerts")
    assert [alert["silences"] for alert in content["alerts"]] == [["s-1"], []]
    assert [silence["id"] for silence in content["silences"]] == ["active", "pending"]


def test_a_silence_is_passed_on(client: Client) -> None:
    """A silence has its matchers, its time, its author and its reason; it ends by its id."""
    wanted = {"labels": {"a": "b"}, "minutes": 30, "author": " x ", "comment": "y"}
    answer = client.ask("/api/silences", "POST", json=wanted)
    assert (answer.status_code, answer.json()) == (201, {"id": "made"})
    [silence] = client.sources.created
    assert silence == {
        "matchers": [{"name": "a", "value": "b", "isRegex": False, "isEqual": True}],
        "startsAt": "2026-01-01T00:00:02+00:00",
        "endsAt": "2026-01-01T00:30:02+00:00",
        "createdBy": "x",
        "comment": "y",
    }
    header = {"Content-Type": "application/json"}
    assert client.ask("/api/silences/12345678", "DELETE", headers=header).status_code == 200
    assert client.sources.created[-1] == "12345678"
    assert client.ask("/api/silences/1234567", "DELETE", headers=header).status_code == 400


@pytest.mark.parametrize(
    ("change", "headers", "status"),
    [
        ({}, {"Sec-Fetch-Site": "same-origin"}, 201),
        ({}, {"Sec-Fetch-Site": "none"}, 201),
        ({}, {"Sec-Fetch-Site": "cross-site"}, 403),
        ({}, {"Sec-Fetch-Site": "same-site"}, 403),
        ({}, {"Origin": "null"}, 403),
        ({}, {"Origin": "http://console:1"}, 403),
        ({}, {"Origin": "http://console"}, 201),
        ({}, {"Content-Type": "text/plain"}, 415),
        ({"minutes": 1}, {}, 201),
        ({"minutes": 10_080}, {}, 201),
        ({"minutes": 10_081}, {}, 400),
        ({"minutes": 0}, {}, 400),
        ({"minutes": True}, {}, 400),
        ({"author": "a" * 500}, {}, 201),
        ({"author": "a" * 501}, {}, 400),
        ({"comment": "  "}, {}, 400),
        ({"labels": []}, {}, 400),
        ({"more": "x" * 20_000}, {}, 413),
    ],
)
def test_only_silences_with_sense_are_made(
    client: Client, change: Any, headers: dict[str, str], status: int
) -> None:
    """A silence comes from the console's own page, and has labels, a length and a reason."""
    wanted = {"labels": {"a": "b"}, "minutes": 30, "author": "x", "comment": "y", **change}
    headers = {"Content-Type": "application/json", **headers}
    answer = client.ask("/api/silences", "POST", content=json.dumps(wanted), headers=headers)
    assert answer.status_code == status


def test_what_an_expression_may_name(client: Client) -> None:
    """A part of a histogram has the help of its whole; labels leave the name out."""
    metrics = client.get("/api/names")["metrics"]
    assert metrics == [{"name": n, "help": "H", "type": "gauge"} for n in ("up", "up_bucket")]
    assert client.get("/api/labels?metric=up")["labels"] == ["job", "le", "channel"]
    assert client.get("/api/labels?metric=up&label=job") == {"values": ["a", "b"]}


@pytest.mark.parametrize(
    ("expression", "status", "expected"),
    [
        ("up", 200, "up"),
        ("rate(up[$__rate_interval])", 200, "rate(up["),
        ("", 400, "there is no expression"),
        ("up up", 400, "this is no PromQL"),
        ("up" + " " * 10_000, 400, "found 10002 characters, expected 10000 at most"),
        ("#\r" + "+".join(["1"] * 4990), 400, "nested deeper than 200 levels"),
    ],
)
def test_explore(client: Client, expression: str, status: int, expected: str) -> None:
    """An expression that is PromQL is shown over its range; another says what is wrong."""
    answer = client.ask("/api/explore", params={"expr": expression, "from": "now-1h"})
    assert answer.status_code == status
    assert expected in (answer.json().get("error") or answer.json()["queries"]["A"])


def test_a_link_to_prometheus_leads_to_explore(client: Client) -> None:
    """An alert's source, which Prometheus names by a page of its own, is explored here."""
    answer = client.ask("/graph", params={"g0.expr": 'up{job="a b"} == 0', "g0.tab": "1"})
    place = "/explore?expr=up%7Bjob%3D%22a+b%22%7D+%3D%3D+0"
    assert (answer.status_code, answer.headers["location"]) == (302, place)


def test_what_is_explored_has_a_legend(client: Client) -> None:
    """Its series are named below, and have the labels and the colours of a panel's."""
    content = client.get("/api/explore?expr=up&from=now-1h")
    assert content["options"] == {"legend": {"showLegend": True}}
    assert [one["labels"]["job"] for one in content["series"]] == ["a", "b"]
    assert len({one["colour"] for one in content["series"]}) == 2


def test_home_shows_four_figures_of_a_dashboard(tmp_path: Path) -> None:
    """The first four that are stats; a dashboard may have more."""
    client = Client(tmp_path)
    panels = [{"id": n, "type": "gauge" if n == 2 else "stat"} for n in range(1, 8)]
    (tmp_path / "one.json").write_text(json.dumps({**DASHBOARD, "panels": panels}))
    [card] = client.get("/api/dashboards")["dashboards"]
    assert card["panels"] == [1, 3, 4, 5]


def test_times_and_runbooks(client: Client) -> None:
    """The server tells the moments of a text, and has the runbooks that there are."""
    day = client.get("/api/time?from=now/d&to=now/d&timezone=Europe/Berlin")
    assert day == {"from": 1_767_222_000, "to": 1_767_308_399.999}
    assert client.get("/api/runbooks/Runbook") == {"html": '<h1 id="r">R</h1>\n'}
    assert client.ask("/api/runbooks/None").status_code == 404
    assert client.ask("/api/time?from=never").status_code == 400


def test_a_token_opens_the_console(tmp_path: Path) -> None:
    """With a token, only a header or the cookie of the log-in page opens it."""
    client = Client(tmp_path, token=TOKEN)
    for path, headers, status in (
        ("/api/home", {}, 401),
        ("/api/home", {"Authorization": f"Bearer {TOKEN}"}, 200),
        ("/api/home", {"Authorization": f"Bearer {TOKEN}x"}, 401),
        ("/-/healthy", {}, 200),
        ("/login", {}, 405),
    ):
        assert client.ask(path, headers=headers).status_code == status, path
    answer = client.ask("/login", "POST", data={"token": TOKEN})
    assert answer.status_code == 303
    cookie = {"Cookie": answer.headers["set-cookie"].partition(";")[0]}
    assert client.ask("/api/home", headers=cookie).status_code == 200
    assert client.ask("/login", "POST", data={"token": "wrong"}).status_code == 401
    assert client.ask("/login", "POST", content=f"token={TOKEN}").status_code == 415


def test_home_counts_what_pages_and_names_what_is_down(tmp_path: Path) -> None:
    """More than one alert is written so; a target that is down and what is pending are reasons."""

    class Troubled(Sources):
        @property
        def prometheus(self) -> PrometheusClient:
            class Prometheus(CannedPrometheus):
                def get(self, path: str, **parameters: str) -> Any:
                    labels: Any = ALERT["labels"]
                    watchdog = {**ALERT, "labels": {"alertname": "Watchdog", "priority": "P3"}}
                    pending = {**ALERT, "state": "pending", "labels": {**labels, "a": "c"}}
                    other = {**ALERT, "labels": {**labels, "alertname": "Other"}, "annotations": {}}
                    down = {"health": "down", "labels": {"job": "j", "instance": "i:1"}}
                    return {
                        "alerts": {"alerts": [ALERT, other, watchdog, pending]},
                        "targets": {"activeTargets": [down, {**down, "health": "unknown"}]},
                    }[path]

            return Prometheus()

    home = Client(tmp_path, Troubled()).get("/api/home")
    assert home["line"] == "White Room is in trouble: 2 alerts page."
    assert set(home["reasons"]) == {
        "P1 AudioXruns: Clicks are heard.", "P1 Other: Other", "j at i:1 is down.",
        "Pending: P1 AudioXruns: Clicks are heard.",
    }  # fmt: skip


def test_home_says_what_is_pending_and_which_file_is_broken(tmp_path: Path) -> None:
    """What holds is no well system beside a dashboard that shows it, before it fires as well."""

    class Waiting(Sources):
        @property
        def prometheus(self) -> PrometheusClient:
            class Prometheus(CannedPrometheus):
                def get(self, path: str, **parameters: str) -> Any:
                    watchdog = {**ALERT, "labels": {"alertname": "Watchdog", "priority": "P3"}}
                    waits = {**ALERT, "state": "pending"}
                    waits["labels"] = {**ALERT["labels"], "service": "engine"}  # type: ignore[dict-item]
                    return {
                        "alerts": {"alerts": [watchdog, waits]},
                        "targets": {"activeTargets": [{"health": "up", "labels": {}}] * 2},
                    }[path]

            return Prometheus()

    (tmp_path / "broken.json").write_text("{")
    home = Client(tmp_path, Waiting()).get("/api/home")
    assert (home["state"], home["line"]) == ("degraded", "White Room is degraded: engine.")
    waiting, problem = home["reasons"]
    assert waiting == "Pending: P1 AudioXruns: Clicks are heard."
    assert problem.startswith("The file broken.json is not read: ")


def test_the_history_of_alerts(client: Client) -> None:
    """Each time that an alert fired has its name and labels; one that fires still has no end."""
    content = client.get("/api/alerts/history?from=now-1h&to=now")
    assert (content["from"], content["to"]) == (1_767_222_000, 1_767_225_600)
    assert [(one["start"], one["end"]) for one in content["intervals"]] == [
        (1_767_222_000, None)
    ] * 2
    assert {frozenset(one["labels"]) for one in content["intervals"]} == {
        frozenset({"job", "le", "channel"})
    }


def test_one_moment_serves_who_looks_at_once(client: Client) -> None:
    """Now moves in steps of five seconds, so that viewers who look at once ask for the same."""
    assert client.get("/api/time?from=now-1h&to=now")["to"] == NOW_S - 2


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("panel=1", "panel=1: expected points and key, such as 500:12"),
        (f"panel={'x' * 50}", f"panel={'x' * 40}: expected"),
        ("panel=x:1", "x points: expected a whole number"),
        ("panel=100000:1", "100000 points: expected a whole number"),
        (f"panel={'9' * 30}:1", f"{'9' * 20} points: expected"),
    ],
)
def test_a_panel_is_asked_for_by_points_and_key(client: Client, query: str, problem: str) -> None:
    """What is asked otherwise is said, without all of what somebody may have sent."""
    answer = client.ask(f"/api/dashboards/u/panels?{query}")
    assert answer.status_code == 400
    assert answer.json()["error"].startswith(problem)


def test_annotations_come_when_they_are_asked_for(client: Client) -> None:
    """A line of their own, as the first of the answer's keys, and none without being asked."""
    lines = client.ask("/api/dashboards/u/panels?panel=50:1&annotations").text.splitlines()
    assert sorted("annotations" in json.loads(line) for line in lines) == [False, True]
    assert len(client.ask("/api/dashboards/u/panels?panel=50:1").text.splitlines()) == 1


def test_pages_have_their_titles(client: Client) -> None:
    """A dashboard's page has its title, others that of their kind; a lost one is a page, too."""
    assert "<title>T" in client.ask("/d/u").text
    for path, title in (("/", "Home"), ("/alerts", "Alerts"), ("/runbooks/x", "Runbook")):
        assert f"<title>{title}" in client.ask(path).text, path
    lost = client.ask("/d/none")
    assert (lost.status_code, "text/html" in lost.headers["content-type"]) == (404, True)
    assert client.ask("/api/dashboards/none").json()["error"]


def test_a_body_that_is_no_object_is_refused(client: Client) -> None:
    """A silence is an object of JSON."""
    headers = {"Content-Type": "application/json"}
    for body, problem in ((b"[]", "no JSON object"), (b"{", "the body is no JSON: ")):
        answer = client.ask("/api/silences", "POST", content=body, headers=headers)
        assert answer.status_code == 400
        assert problem in answer.json()["error"]

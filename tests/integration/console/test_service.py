"""The laws of the running console: what it answers, and what it refuses."""

from __future__ import annotations

import base64
import json
import math
import socket
import threading
import time
from array import array
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from tests.support.wait import wait_until
from whiteroom_monitoring.console.auth import digest

PANELS = "/api/dashboards/kinds/panels"
VIEWERS = 50


def panel(console: Any, key: str, query: str = "from=now-1h&to=now") -> Any:
    """Return a panel of 100 points, its values as they were before they were packed."""
    (answer,) = panels(console, f"{query}&panel=100:{key}")
    for series in answer.get("series", []):
        floats = array("f", base64.b64decode(series["values"]))
        series["values"] = [None if math.isnan(value) else value for value in floats]
    return answer


def panels(console: Any, query: str) -> list[Any]:
    """Return panels in the order in which they came."""
    status, _, body = console.ask(f"{PANELS}?{query}")
    assert status == 200, body
    return [json.loads(line) for line in body.splitlines()]


def marks(console: Any) -> list[Any]:
    """Return what is marked on the time axes of the last five minutes."""
    lines = panels(console, "from=now-5m&to=now&annotations=&panel=9:12")
    return next(one["annotations"] for one in lines if "annotations" in one)


def known(console: Any) -> set[str]:
    """Return the silences that the alerts page lists."""
    return {silence["id"] for silence in console.get("/api/alerts")["silences"]}


def test_rates_are_those_of_the_samples(console: Any, backends: Any) -> None:
    """A channel that plays n notes a second is drawn as n, whatever else plays."""
    content = panel(console, "11", f"from={backends.start}000&to={backends.end}000")
    last = {one["name"]: one["values"][-2] for one in content["series"]}
    assert last == {"bass": 1.0, "drums": 2.0, "lead": 3.0}
    assert content["series"][0]["colour"] == "red"


def test_a_choice_reaches_queries_and_titles(console: Any) -> None:
    """What a link chooses is what is asked; a repeated panel has one of each."""
    content = panel(console, "11", "var-channel=bass&var-channel=lead")
    assert {one["name"] for one in content["series"]} == {"bass", "lead"}
    content = console.get("/api/dashboards/kinds?var-channel=bass&var-channel=lead")
    titles = [p["title"] for section in content["sections"] for p in section["panels"]]
    assert [t for t in titles if t.startswith("Of each")] == [
        "Of each channel: bass",
        "Of each channel: lead",
    ]
    assert (
        panel(console, "27-1", "var-channel=bass&var-channel=lead")["singleValues"][0]["value"]
        == 0.3
    )


@pytest.mark.parametrize(
    ("key", "place", "expected"),
    [
        ("24", "notice", "does not support panels of the type geomap"),
        ("23", "problem", "Loki can't be reached"),
        ("26", "problem", "Prometheus refused"),
    ],
)
def test_what_cannot_be_shown_says_why(console: Any, key: str, place: str, expected: str) -> None:
    """A panel that is unsupported, or whose source is down or refuses, says so in words."""
    assert expected in panel(console, key)[place]


def test_tables_are_merged_and_linked(console: Any) -> None:
    """Rows of several queries are joined by their labels; a cell leads where its link says."""
    columns = {c["name"]: c for c in panel(console, "15")["columns"]}
    assert list(columns) == ["Channel", "Level", "Notes"]
    assert columns["Channel"]["cells"] == ["bass", "drums", "lead"]
    assert columns["Level"]["cells"] == [0.1, 0.2, 0.3]
    assert columns["Level"]["colours"] == ["green", "orange", "red"]
    assert columns["Channel"]["links"][1]["url"] == "/d/kinds/kinds?var-channel=drums"


def test_nothing_harmful_is_sent(console: Any) -> None:
    """No script and no script's address gets into a page, wherever it was written."""
    content = panel(console, "11")
    assert [link["title"] for link in content["links"]] == ["Runbook"]
    assert content["links"][0]["url"] == "/runbooks/AudioXruns"
    texts = content["description"] + panel(console, "22")["html"]
    assert "<em>played</em>" in texts
    assert "<h1>Hello</h1>" in texts
    for harm in ("<script", "onerror", "<img"):
        assert harm not in texts


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("from=yesterday", "expected milliseconds"),
        ("from=now&to=now-1h", "is empty"),
        ("from=now-9y&to=now", "longer than"),
        ("panel=0:11", "expected 1 to 2000"),
        ("panel=99999:11", "expected 1 to 2000"),
        ("panel=x:11", "expected a whole number"),
        ("panel=11", "expected points and key"),
    ],
)
def test_a_request_without_meaning_is_refused(console: Any, query: str, expected: str) -> None:
    """Times and numbers that mean nothing, or too much, are answered with 400 and a reason."""
    status, _, body = console.ask(f"{PANELS}?panel=9:12&{query}")
    assert status == 400
    assert expected in json.loads(body)["error"]


@pytest.mark.parametrize(
    "path",
    ["/api/dashboards/none/panels?panel=9:1", "/api/dashboards/none", "/d/none", "/runbooks/x/y"],
)
def test_what_is_not_there_is_404(console: Any, path: str) -> None:
    """An unknown dashboard or page is not found."""
    assert console.ask(path)[0] == 404


def test_only_promql_is_explored(console: Any) -> None:
    """The explore page asks what parses, and says what is wrong with the rest."""
    content = console.get("/api/explore?expr=sum(level)&from=now-30m&to=now")
    assert [one["name"] for one in content["series"]] == ["sum(level)"] or len(
        content["series"]
    ) == 1
    status, _, body = console.ask("/api/explore?expr=DROP%20TABLE")
    assert status == 400
    assert "no PromQL" in json.loads(body)["error"]


def test_names_complete_expressions(console: Any) -> None:
    """Metrics, functions, labels of a metric and values of a label are known."""
    names = console.get("/api/names")
    assert {"notes_total", "level"} <= {metric["name"] for metric in names["metrics"]}
    assert {"rate", "histogram_quantile"} <= set(names["functions"])
    assert console.get("/api/labels?metric=level")["labels"] == ["channel"]
    assert console.get("/api/labels?metric=level&label=channel")["values"] == [
        *("bass", "drums", "lead")
    ]


def test_home_says_in_one_line_how_it_is(console: Any) -> None:
    """A page makes trouble, and the line says so; reasons name the alert."""
    wait_until(lambda: console.get("/api/home")["state"] == "trouble", 20)
    home = console.get("/api/home")
    assert home["line"] == "White Room is in trouble: 1 alert pages."
    assert home["reasons"][0].startswith("P1 SoundBroken")


def test_history_knows_what_fires_still(console: Any) -> None:
    """An alert that fires has a spell without an end; how long it lasts is within the range."""

    def spells() -> list[Any]:
        history = console.get("/api/alerts/history?from=now-1h&to=now")
        return [spell for spell in history["intervals"] if spell["name"] == "SoundBroken"]

    wait_until(lambda: bool(spells()), 40)
    (spell,) = spells()
    assert spell["end"] is None
    assert time.time() - 3600 <= spell["start"] <= time.time()
    assert spell["labels"]["priority"] == "P1"


def test_a_silence_is_made_and_ended(console: Any) -> None:
    """A silence from the page is there at once, and ends when it is told to."""
    wanted = {"labels": {"alertname": "SoundBroken"}, "minutes": 30, "author": "a", "comment": "b"}
    status, _, body = console.ask("/api/silences", "POST", wanted)
    assert status == 201, body
    made = json.loads(body)["id"]
    assert made in known(console)
    assert console.ask(f"/api/silences/{made}", "DELETE", {})[0] == 200
    assert made not in known(console)


@pytest.mark.parametrize(
    "change",
    [
        {"labels": {}},
        {"minutes": 0},
        {"minutes": 10**6},
        {"minutes": "30"},
        {"author": ""},
        {"comment": "x" * 501},
    ],
)
def test_a_silence_without_sense_is_refused(console: Any, change: dict[str, Any]) -> None:
    """A silence needs labels, a length of a week at most, an author and a reason."""
    wanted = {"labels": {"alertname": "A"}, "minutes": 30, "author": "a", "comment": "b"}
    assert console.ask("/api/silences", "POST", wanted | change)[0] == 400


def test_other_pages_change_nothing(console: Any) -> None:
    """A page elsewhere can't make a browser silence alerts."""
    wanted = {"labels": {"alertname": "A"}, "minutes": 30, "author": "a", "comment": "b"}
    for headers, status in (
        ({"Sec-Fetch-Site": "cross-site"}, 403),
        ({"Origin": "http://evil.example"}, 403),
        ({"Content-Type": "text/plain"}, 415),
    ):
        assert console.ask("/api/silences", "POST", wanted, headers)[0] == status


def test_a_foreign_name_is_refused(console: Any) -> None:
    """Who addresses the console by another name gets no answer, so no page elsewhere reads it."""
    assert console.ask("/api/home", headers={"Host": "evil.example"})[0] == 421


def test_a_large_body_is_refused(console: Any) -> None:
    """No request makes the console keep more than a few kilobytes."""
    wanted = {"labels": {"alertname": "A" * 20_000}, "minutes": 30, "author": "a", "comment": "b"}
    assert console.ask("/api/silences", "POST", wanted)[0] == 413


def test_a_page_may_load_its_own_only(console: Any) -> None:
    """Every answer has a policy that forbids scripts, styles and requests of others."""
    for path in ("/", "/d/kinds", "/api/home", "/assets/x/console/console.css", "/nothing"):
        policy = console.ask(path)[1]["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "http" not in policy


def test_a_slow_source_leaves_the_rest_alive(start_console: Any, backends: Any) -> None:
    """A source that never answers costs its panels a timeout; others of the request come first."""
    with socket.create_server(("127.0.0.1", 0)) as deaf:
        console = start_console(
            *("--prometheus", backends.prometheus, "--timeout", "1"),
            *("--loki", f"http://127.0.0.1:{deaf.getsockname()[1]}"),
            *("--dashboards", str(Path(__file__).parent / "dashboards")),
        )
        first, last = panels(console, "from=now-1h&to=now&panel=100:23&panel=100:12")
    assert (first["key"], first["problem"]) == ("12", "")
    assert (last["key"], last["problem"]) == ("23", "Loki did not answer within 1 s.")


def test_what_is_marked_comes_with_the_panels(console: Any) -> None:
    """Who asks for annotations gets them among the panels, when they began and ended."""
    wait_until(lambda: bool(marks(console)), 30)
    title = marks(console)[0]["title"]
    assert title == "SoundBroken"
    assert "annotations" not in panels(console, "panel=9:12")[0]


def test_an_unknown_panel_says_so_among_others(console: Any) -> None:
    """A panel that is no longer there leaves the rest of what is asked with it alone."""
    problems = {one["key"]: one["problem"] for one in panels(console, "panel=9:99&panel=9:12")}
    assert problems == {"12": "", "99": "This dashboard has no panel 99."}


def test_elsewhere_a_token_is_needed(start_console: Any, tmp_path: Path, backends: Any) -> None:
    """Bound to more than loopback, only who has the token gets in, by header or by log-in."""
    (tmp_path / "token").write_text("correct-horse-battery\n")
    console = start_console(
        *("--address", "0.0.0.0", "--token-file", str(tmp_path / "token")),
        *("--prometheus", backends.prometheus),
    )
    assert console.ask("/api/home")[0] == 401
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert console.ask("/login", "POST", "token=" + "x" * 20_000, form)[0] == 413
    assert console.ask("/api/home", headers={"Authorization": "Bearer wrong"})[0] == 401
    right = {"Authorization": "Bearer correct-horse-battery"}
    assert console.ask("/api/home", headers=right)[0] == 200
    cookie = {"Cookie": f"whiteroom_console={digest('correct-horse-battery')}"}
    assert console.ask("/api/home", headers=cookie)[0] == 200
    assert console.ask("/-/healthy")[0] == 200


def test_fifty_viewers_at_once_are_all_answered(console: Any) -> None:
    """None of them gets a panel that was refused, whether they look at the same or not."""
    keys = ("11", "12", "13", "14", "15", "16")
    panels = "&".join(f"panel={100}:{key}" for key in keys)
    start = threading.Barrier(VIEWERS)

    def look(number: int) -> list[dict[str, Any]]:
        start.wait()
        status, _, body = console.ask(f"{PANELS}?{panels}&from=now-{30 + number % 25}m")
        assert status == 200
        return [json.loads(line) for line in body.splitlines()]

    with ThreadPoolExecutor(VIEWERS) as pool:
        answers = list(pool.map(look, range(VIEWERS)))
    assert {len(lines) for lines in answers} == {len(keys)}
    assert [line for lines in answers for line in lines if line.get("problem")] == []


def test_the_history_of_a_week_misses_no_alert(console: Any, backends: Any) -> None:
    """What fired for two samples is in a week's history, each time on its own, to the sample."""
    content = console.get("/api/alerts/history?from=now-7d&to=now")
    found = [
        (one["name"], one["start"] - backends.start, one["end"] and one["end"] - backends.start)
        for one in content["intervals"]
        if one["name"] in {name for name, _, _ in backends.fired}
    ]
    assert sorted(found) == sorted(backends.fired)


def test_the_history_of_a_week_tells_what_fires_now(console: Any) -> None:
    """What fires now is in the history and has no end, when it began a moment ago as well."""
    content = console.get("/api/alerts/history?from=now-7d&to=now")
    assert {one["name"] for one in content["intervals"] if one["end"] is None} == {
        "Watchdog", "SoundBroken",
    }  # fmt: skip


def test_a_short_alert_is_marked_on_a_week(console: Any, backends: Any) -> None:
    """An alert of two samples is marked on the time axes of a week, where it was."""
    lines = panels(console, "from=now-7d&to=now&annotations=&panel=9:12")
    marked = next(one["annotations"] for one in lines if "annotations" in one)
    [(_, begin, _)] = [one for one in backends.fired if one[0] == "Short"]
    starts = [one["start"] for one in marked if one["title"].startswith("Short")]
    assert len(starts) == 1
    assert 0 <= starts[0] - (backends.start + begin) <= 3600

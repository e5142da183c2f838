"""The laws of what leads to lines: dropouts, ids, alerts and panels, in a real Chromium."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, urlsplit

from tests.integration.console.known_lines import DROPOUT, TRACE
from tests.integration.console.log_page import DETAILS, FIRST, ROWS, Logs, open_drawn

JOBS = {
    *("engine", "backend", "frontend", "nginx-access", "postgresql", "syslog"),
    *("journal", "containers"),
}


def test_a_dropout_leads_to_all_sources_of_its_moment(logs: Logs) -> None:
    """From a dropout's line to what every source has said in the same 200 ms."""
    logs.open(f"/logs?id={DROPOUT}")
    logs.wait(f"{ROWS}.length === 1")
    logs.page.value(f"{FIRST}.querySelector('.log-head').click()")
    logs.page.value(
        f"[...{DETAILS}.querySelectorAll('a')]"
        ".find((link) => link.textContent === 'All sources, 200 ms').click()"
    )
    logs.wait(f"document.readyState === 'complete' && {ROWS}.length === 8")
    sources = logs.page.value(f"{ROWS}.map((row) => row.querySelector('.source').textContent)")
    assert {source.split()[0] for source in sources} == JOBS
    [start], [end] = logs.parameters()["from"], logs.parameters()["to"]
    assert int(end) - int(start) == 200
    # The moment is marked among the lines, which are told to the microsecond.
    assert logs.page.value("document.querySelector('.log-moment').textContent").count(".") == 1
    logs.page.wait_until_drawn()
    assert logs.page.complaints() == []


def test_an_id_finds_its_lines_everywhere(logs: Logs) -> None:
    """Who writes a trace id gets its lines, whatever source they are of; words are looked for."""
    logs.open("/logs")
    logs.wait("document.querySelectorAll('.log-sources button').length > 8")
    logs.page.page.call("Input.insertText", text=TRACE)
    logs.page.page.press("Enter")
    logs.wait(f"{ROWS}.length === 1")
    assert "Saving failed" in logs.page.value(f"{FIRST}.textContent")
    clear = "document.getElementById('expression')"
    logs.page.value(f"{clear}.value = ''; {clear}.blur()")
    logs.page.page.press("/")
    logs.page.page.call("Input.insertText", text="USB device")
    logs.page.page.press("Enter")
    logs.wait("document.querySelector('mark')?.textContent === 'USB device'")


def test_an_alert_leads_to_the_lines_of_its_service(logs: Logs) -> None:
    """From an alert to the lines of its service, around the minute in which it began."""
    logs.open("/alerts")
    alert = (
        "[...document.querySelectorAll('.alert')]"
        ".find((one) => one.textContent.includes('SoundBroken'))"
    )
    link = f"{alert}.querySelector('a[href^=\"/logs\"]')"
    logs.wait("document.querySelectorAll('.alert').length > 0")
    address = logs.page.value(f"{link}.href")
    logs.page.value(f"{link}.click()")
    logs.wait("location.pathname === '/logs' && location.search.includes('expr=')")
    parameters = logs.parameters()
    assert parameters["expr"] == ['{service="engine", job!="canary"}']
    start, at, end = (int(parameters[name][0]) for name in ("from", "at", "to"))
    assert (at - start, end - at) == (120_000, 60_000)
    assert parse_qs(urlsplit(address).query)["service"] == ["engine"]


def test_a_panel_leads_to_the_lines_of_its_services(logs: Logs) -> None:
    """From a panel to the lines of the services that its series are of, in its range; from its
    crosshair to those of the minute.
    """
    panel = "document.querySelector('[data-key=\"1\"]')"
    open_drawn(logs.page, "/d/logged/logged?from=now-15m&to=now", panel)
    logs.page.value(f"{panel}.querySelector('.plot').focus()")
    logs.page.page.press("ArrowLeft")
    logs.page.page.press("Enter")
    logs.wait("document.activeElement.textContent === 'Logs of this minute'")
    logs.page.page.press("Escape")
    assert logs.page.value(f"document.activeElement === {panel}.querySelector('.plot')")
    logs.page.page.press("ArrowLeft")
    logs.page.page.press("l")
    logs.wait("location.pathname === '/logs' && location.search.includes('expr=')")
    parameters = logs.parameters()
    assert parameters["expr"] == ['{service="engine", job!="canary"}']
    assert int(parameters["to"][0]) - int(parameters["from"][0]) == 60_000


def test_a_logs_panel_opens_its_lines(logs: Logs) -> None:
    """Lines of a panel open as those of the page, and a filter leads there; none is said."""
    logs.open("/d/logged/logged?from=now-1h&to=now", 1400)
    line = "document.querySelector('[data-key=\"2\"] .log-line')"
    logs.wait(f"Boolean({line})")
    assert "No log lines" in logs.page.value(
        "document.querySelector('[data-key=\"3\"]').textContent"
    )
    logs.page.value(f"{line}.querySelector('.log-head').click()")
    logs.page.value("document.querySelector('[aria-label^=\"Only with plugin\"]').click()")
    logs.wait(f"location.pathname === '/logs' && {ROWS}.length === 1")
    parameters = logs.parameters()
    assert parameters["expr"] == ['{job="engine"} | json | plugin="reverb"']
    assert parameters["from"] == ["now-1h"]


def test_a_dropout_is_marked_in_charts(logs: Logs) -> None:
    """A dropout that the engine has logged is an annotation, with its id and its moment."""
    dashboard = logs.page.url + "/api/dashboards/logged/panels?panel=100:1&annotations="
    lines = logs.page.value(f"fetch('{dashboard}&from=now-1h&to=now').then((a) => a.text())")
    contents = [json.loads(line) for line in lines.splitlines()]
    [marks] = [content["annotations"] for content in contents if "annotations" in content]
    assert [(mark["title"], mark["text"]) for mark in marks] == [("over_budget", "reverb")]
    assert marks[0]["logged"] == {"dropout_id": DROPOUT}
    assert abs(marks[0]["start"] - logs.known.dropout_ns / 1e9) < 1e-6
    # By keys: the crosshair walks back from now until it is at the dropout.
    panel = "document.querySelector('[data-key=\"1\"]')"
    open_drawn(logs.page, "/d/logged/logged?from=now-30m&to=now", panel)
    tip = f"{panel}.querySelector('.tooltip')"
    logs.page.value(f"{panel}.querySelector('.plot').focus()")
    for _ in range(120):
        logs.page.page.press("ArrowLeft")
        if logs.page.value(f"{tip}.textContent.includes('Dropouts: over_budget, reverb')"):
            break
    logs.page.page.press("Enter")
    links = f"[...{tip}.querySelectorAll('a')]"
    texts = ["Logs of this minute", "All sources, 200 ms", f"Lines of dropout {DROPOUT}"]
    assert logs.page.value(f"{links}.map((link) => link.textContent)") == texts
    logs.page.value(f"{links}[1].click()")
    logs.wait(f"location.pathname === '/logs' && {ROWS}.length === 8")

"""The laws of the page of logs, in a real Chromium, over a real log store."""

from __future__ import annotations

import time

import pytest

from tests.integration.console.log_page import DETAILS, ENGINE, FIRST, ROWS, Logs

# Texts whose colour is too near to their ground (WCAG 2.2, 1.4.3), and what can be pressed and has
# no name (4.1.2); both by their words or class.
BARRIERS = """
(() => {
  const parts = (color) => color.match(/[\\d.]+/g).map(Number);
  const light = (color) => {
    const [r, g, b] = parts(color).slice(0, 3).map((part) => part / 255)
      .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    const color = getComputedStyle(element).backgroundColor;
    const [, , , alpha = 1] = parts(color);
    return alpha > 0.99 || !element.parentElement ? color : ground(element.parentElement);
  };
  const contrast = (element) => {
    const [a, b] = [light(getComputedStyle(element).color), light(ground(element))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
  };
  const visible = (element) => element.checkVisibility({ visibilityProperty: true });
  const hasText = (element) =>
    [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
  const all = [...document.querySelectorAll('main *')].filter(visible);
  const faint = all.filter((element) => hasText(element) && contrast(element) < 4.5);
  const pressed = all.filter((one) => one.matches('a, button, [role=button], select, textarea'));
  const name = (one) => (one.ariaLabel || one.textContent || one.value || '').trim();
  const nameless = pressed.filter((one) => !name(one));
  return [...faint, ...nameless].map((one) => one.textContent || one.className);
})()
"""


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("path", ["/logs?", f"/logs?expr={ENGINE}", "/d/logged/logged?"])
def test_pages_with_lines_are_clean(logs: Logs, path: str, theme: str, width: int) -> None:
    """No page has an error, asks anybody else, or is wider than its window; lines are legible."""
    logs.open(f"{path}&theme={theme}", width)
    assert logs.page.asked_elsewhere() == []
    assert logs.page.complaints() == []
    assert logs.page.value("document.documentElement.scrollWidth") <= width
    if "expr" in path:
        logs.page.value(f"{FIRST}.querySelector('.log-head').click()")
        assert logs.page.value("document.documentElement.scrollWidth") <= width
        size = "parseFloat(getComputedStyle(document.querySelector('.log-head .said')).fontSize)"
        assert logs.page.value(size) >= 11
        # On a phone the text has the whole width; nothing stands beside it.
        share = f"{FIRST}.querySelector('.said').clientWidth / {FIRST}.clientWidth"
        assert logs.page.value(share) > (0.9 if width == 390 else 0.7)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nobody_is_kept_out(logs: Logs, theme: str) -> None:
    """Every text has the contrast that WCAG asks for, and all that can be pressed has a name."""
    for path in ("/logs?", f"/logs?expr={ENGINE}", f"/logs?expr={ENGINE}&live=1"):
        logs.open(f"{path}&theme={theme}")
        logs.wait(f"location.search.includes('expr') ? {ROWS}.length > 0 : true")
        logs.page.value(f"{FIRST}?.querySelector('.log-head').click()")
        assert logs.page.value(BARRIERS) == []
    logs.page.value("document.querySelector('.log-head .said').style.color = 'var(--line)'")
    logs.page.value("document.querySelector('.log-fields button').ariaLabel = ''")
    assert len(logs.page.value(BARRIERS)) == 2


def test_lines_stand_below_their_histogram(logs: Logs) -> None:
    """The newest lines come first, each with its level; all are counted by level, and more can be
    loaded until all are there.
    """
    logs.open(f"/logs?expr={ENGINE}")
    logs.wait("document.querySelector('.log-count').textContent === 'The newest 500 of 701 lines'")
    assert logs.page.value(f"{ROWS}.length") == 500
    assert logs.page.value(f"{FIRST}.className") == "log-line warn"
    levels = "[...document.querySelectorAll('.log-levels button')].map((one) => one.innerText)"
    assert [text.split() for text in logs.page.value(levels)] == [["warn", "1"], ["info", "700"]]
    assert logs.page.value("document.querySelectorAll('.log-volume canvas').length") == 1
    logs.page.value("document.querySelector('.log-more').click()")
    logs.wait("document.querySelector('.log-count').textContent === '701 lines'")
    assert logs.page.value("document.querySelector('.log-more').hidden")
    texts = logs.page.value(f"{ROWS}.map((row) => row.querySelector('.said').textContent)")
    assert len(texts) == len(set(texts)) == 701


def test_a_level_is_chosen_by_a_click(logs: Logs) -> None:
    """A click on a level keeps its lines alone, a second one takes all back."""
    logs.open(f"/logs?expr={ENGINE}")
    button = (
        "[...document.querySelectorAll('.log-levels button')]"
        ".find((button) => button.textContent.includes('warn'))"
    )
    logs.wait(f"Boolean({button})")
    logs.page.value(f"{button}.click()")
    logs.wait(f"{ROWS}.length === 1")
    assert logs.parameters()["expr"] == ['{job="engine"} | detected_level="warn"']
    logs.wait(f"{button}?.getAttribute('aria-pressed') === 'true'")
    logs.page.value(f"{button}.click()")
    logs.wait(f"{ROWS}.length === 500")


def test_fields_filter_by_a_click(logs: Logs) -> None:
    """A line opens to its labels, metadata and fields; each is a click away from a query."""
    logs.open(f"/logs?expr={ENGINE}")
    logs.page.value(f"{FIRST}.querySelector('.log-head').click()")
    rows = f"[...{DETAILS}.querySelectorAll('.log-fields [scope=row]')].map((th) => th.textContent)"
    names = logs.page.value(rows)
    assert {"job", "service", "dropout_id", "plugin", "cause", "environment"} <= set(names)
    press = "document.querySelector('[aria-label=\"{}\"]').click()"
    logs.page.value(press.format("Only with plugin reverb"))
    logs.wait(f"{ROWS}.length === 1")
    assert logs.parameters()["expr"] == ['{job="engine"} | json | plugin="reverb"']
    # The line that was open stays so.
    assert logs.page.value(f"Boolean({DETAILS})")
    logs.page.value(press.format("Without level warn"))
    logs.wait("document.body.textContent.includes('No line is found')")
    [query] = logs.parameters()["expr"]
    assert query == '{job="engine", level!="warn"} | json | plugin="reverb"'
    logs.page.value(
        "[...document.querySelectorAll('.notice button')]"
        ".find((button) => button.textContent === 'Look at all sources').click()"
    )
    logs.wait(f"{ROWS}.length === 500")


def test_context_goes_across_sources(logs: Logs) -> None:
    """The lines around a line are those of its stream, or of all sources, in the order of time."""
    logs.ask('{job="backend"}', "&order=asc")
    logs.page.value(f"{FIRST}.querySelector('.log-head').focus()")
    logs.page.page.press("c")
    around = "[...document.querySelectorAll('.log-context .log-line')]"
    logs.wait(f"{around}.length === 1")
    logs.page.value(
        "[...document.querySelectorAll('.log-context button')]"
        ".find((button) => button.textContent === 'All sources').click()"
    )
    logs.wait(f"{around}.length > 10")
    texts = logs.page.value(f"{around}.map((row) => row.querySelector('.source').textContent)")
    assert {"engine", "frontend", "nginx-access web", "syslog kernel"} <= set(texts)
    assert not [text for text in texts if "canary" in text]
    current = "document.querySelector('.log-context [aria-current]').textContent"
    assert "Saving failed" in logs.page.value(current)
    times = logs.page.value(f"{around}.map((row) => row.querySelector('time').dateTime)")
    assert times == sorted(times)


def test_new_lines_come_live(logs: Logs) -> None:
    """New lines appear as they come; a pause holds them back and tells how many wait."""
    logs.push("before")
    logs.ask('{job="live"}', "&live=1")
    logs.wait(f"{FIRST}?.textContent.includes('before')")
    logs.push("first <b>bold</b>", "error")
    logs.wait(f"{FIRST}.textContent.includes('first <b>bold</b>')")
    assert logs.page.value(f"{FIRST}.className") == "log-line error"
    # Who refreshes begins nothing anew.
    logs.page.page.press("r")
    assert len(logs.requests("/api/logs/tail")) == 1
    logs.page.page.press("p")
    logs.wait("document.querySelector('.log-count').textContent.startsWith('Paused')")
    logs.push("while paused")
    logs.wait("document.querySelector('.log-count').textContent === 'Paused, 1 new line'")
    assert "while paused" not in logs.page.value("document.querySelector('.log-lines').textContent")
    logs.page.page.press("p")
    logs.wait(f"{FIRST}.textContent.includes('while paused')")
    logs.page.value(
        "[...document.querySelectorAll('.log-buttons button')]"
        ".find((button) => button.textContent === 'Clear').click()"
    )
    assert logs.page.value(f"{ROWS}.length") == 0
    logs.page.page.press("t")
    logs.wait("!location.search.includes('live=1')")
    assert logs.page.complaints() == []


def test_a_flood_is_bounded_and_counted(logs: Logs) -> None:
    """Of lines that come faster than anybody reads, the newest thousand stay, the rest counts."""
    logs.ask('{job="flood"}', "&live=1")
    logs.wait("document.querySelector('.log-count').textContent.startsWith('Live')")
    now = time.time_ns()
    values = [[str(now + n), f"line {n}"] for n in range(3000)]
    assert logs.store.push({"job": "flood"}, values) == 204
    logs.wait(f"{FIRST}?.textContent.includes('line 2999')")
    assert logs.page.value(f"{ROWS}.length") == 1000
    logs.wait("document.querySelector('.log-count').textContent.endsWith(' · 2,000 left out')")
    assert logs.page.complaints() == []


def test_a_query_that_is_none_is_said(logs: Logs) -> None:
    """What is wrong with a query is said in its place, also of one that is followed."""
    for more in ("", "&live=1"):
        logs.ask('{job="engine"} | nonsense', more)
        logs.wait("document.querySelector('.notice.problem')?.textContent.includes('parse error')")
    logs.page.page.events.clear()


def test_numbers_of_lines_are_a_chart(logs: Logs) -> None:
    """A query that makes numbers of lines is drawn."""
    logs.ask('sum by (job) (count_over_time({environment="test"}[1m]))')
    logs.wait("document.querySelectorAll('.log-volume .legend button').length === 9")
    assert logs.page.complaints() == []


def test_the_keys_read_lines(logs: Logs) -> None:
    """With keys alone: to the next line and back, open, its context, close; to the query."""
    logs.open(f"/logs?expr={ENGINE}")
    focused = f"{ROWS}.indexOf(document.activeElement.closest('.log-line'))"
    logs.page.value("document.activeElement.blur()")
    for key, expected in (("j", 0), ("j", 1), ("ArrowDown", 2), ("k", 1)):
        logs.page.page.press(key)
        assert logs.page.value(focused) == expected
    logs.page.page.press("Enter")
    assert logs.page.value(f"{ROWS}[1].querySelector('.log-head').ariaExpanded") == "true"
    logs.page.page.press("Escape")
    assert not logs.page.value(f"Boolean({DETAILS})")
    assert logs.page.value(focused) == 1
    logs.page.page.press("/")
    assert logs.page.value("document.activeElement.id") == "expression"
    logs.page.page.press("Escape")
    logs.page.page.press("?")
    logs.wait("document.querySelector('dialog[open]')?.textContent.includes('lines around')")
    logs.page.page.press("Escape")


def test_a_query_is_completed(logs: Logs) -> None:
    """Labels, their values, stages and fields are completed by keys."""
    logs.open("/logs")
    logs.wait("document.getElementById('expression').getAttribute('role') === 'combobox'")
    logs.page.value("document.getElementById('expression').focus()")
    chosen = "document.querySelector('#completions [aria-selected=true] code')?.textContent"
    steps = (("{jo", "job"), ("eng", "engine"), ("} | js", "| json"), (" | plu", "| plugin"))
    for text, expected in steps:
        logs.page.page.call("Input.insertText", text=text)
        logs.wait(f"{chosen} === '{expected}'")
        logs.page.page.press("Enter")
    logs.wait(f"{chosen} === 'reverb'")
    logs.page.page.press("Enter")
    value = logs.page.value("document.getElementById('expression').value")
    assert value == '{job="engine"} | json | plugin="reverb"'
    logs.page.page.press("Enter")
    logs.wait(f"{ROWS}.length === 1")

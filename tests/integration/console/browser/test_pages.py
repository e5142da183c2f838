"""The laws of the pages, in a real Chromium."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

DASHBOARDS = Path(__file__).parents[1] / "dashboards"
PAGES = ("/", "/d/kinds/kinds", "/alerts", "/targets", "/explore?expr=level", "/runbooks/FfiSlow")
PANEL = "document.querySelector('[data-key=\"{}\"]')"


@pytest.mark.parametrize("width", [1400, 390])
@pytest.mark.parametrize("path", PAGES)
def test_pages_are_clean(page: Any, path: str, width: int) -> None:
    """No page has an error, asks anybody else, or is wider than its window; desktop and phone."""
    page.open(path, width)
    assert page.asked_elsewhere() == []
    assert page.complaints() == []
    assert page.value("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(
    "harm",
    [
        "setTimeout(() => { throw new Error('broken') })",
        "console.error('broken')",
        "fetch('http://127.0.0.1:1/elsewhere').catch(() => 0)",
        "document.body.append(Object.assign(document.createElement('script'), {text: '1'}))",
        "document.body.setAttribute('onclick', 'alert(1)'); document.body.click()",
    ],
)
def test_harm_would_be_seen(page: Any, harm: str) -> None:
    """What the test above promises not to find, it does find when it is there."""
    page.open("/targets")
    page.value(f"void ({harm})" if ";" not in harm else f"void (() => {{ {harm} }})()")
    page.value("new Promise((done) => setTimeout(done, 150))")
    assert page.asked_elsewhere() or page.complaints()


def test_no_panel_is_an_empty_box(page: Any) -> None:
    """Every panel has a drawing, a text or a notice; what is not supported is named."""
    page.open("/d/kinds/kinds", height=3000)
    assert page.value("document.querySelectorAll('.panel').length") == 16
    assert page.empty_panels() == []
    assert "panels of the type geomap" in page.value(PANEL.format("24") + ".innerText")
    assert "nothing was played" in page.value(PANEL.format("25") + ".innerText")
    page.value(PANEL.format("24") + ".querySelector('.panel-body').replaceChildren()")
    assert page.empty_panels() == ["A map"]


@pytest.mark.parametrize(
    "slug", ["application-performance", "system-health", "business-metrics", "alerts"]
)
def test_our_dashboards_are_clean(page: Any, our_console: Any, slug: str) -> None:
    """Our own dashboards have no error and no empty box, also where nothing is recorded."""
    ours = replace(page, url=our_console.url)
    ours.open(f"/d/whiteroom-{slug}/{slug}", height=4000)
    assert ours.complaints() == []
    assert ours.empty_panels() == []


def test_a_value_is_said_by_more_than_colour(page: Any) -> None:
    """A value beyond a threshold has a sign that says so, with a name for who can't see it."""
    page.open("/d/kinds/kinds", height=2000)
    signs = "[...{}.querySelectorAll('.bar .icon')].map((icon) => icon.ariaLabel)"
    assert page.value(signs.format(PANEL.format("14"))) == ["good", "warning", "bad"]
    assert page.value(PANEL.format("12") + ".querySelector('.value').innerText") == "30 %"


def test_series_differ_by_shape(page: Any) -> None:
    """No two of the first series of a legend have the same shape."""
    page.open("/d/kinds/kinds")
    shapes = f"[...{PANEL.format('11')}.querySelectorAll('.series svg')].map((s) => s.innerHTML)"
    drawings = page.value(shapes)
    assert len(drawings) == len(set(drawings)) == 3


@pytest.mark.parametrize(
    ("marks", "texts"),
    [
        ([0, 20, 40, 60], ["0", "20 s", "40 s", "60 s"]),
        ([0, 30, 60, 90], ["0", "0.5 min", "1.0 min", "1.5 min"]),
        ([0, 0.01, 0.02], ["0", "10 ms", "20 ms"]),
    ],
)
def test_marks_of_an_axis_are_round(page: Any, marks: list[float], texts: list[str]) -> None:
    """The marks of an axis share a unit in which they are round."""
    page.open("/targets")
    steps = [[0, 0.001, " ms"], [1, 1, " s"], [60, 60, " min"]]
    module = "document.querySelector('[rel=modulepreload][href$=\"shared/format.js\"]').href"
    written = f"axisLabels({marks}, {{ steps: {steps} }})"
    assert page.value(f"import({module}).then(({{ axisLabels }}) => {written})") == texts


def test_a_chart_fills_its_panel(page: Any) -> None:
    """A chart has the room that its legend leaves, at once and when the window changes."""
    rest = "plot.clientHeight - plot.querySelector('canvas').clientHeight"
    for width in (1400, 700):
        page.open("/d/kinds/kinds", width)
        unfilled = page.value(f"[...document.querySelectorAll('.plot')].map((plot) => {rest})")
        assert unfilled
        assert set(unfilled) == {0}
    page.page.resize(1100, 1000)
    page.page.wait(
        "[...document.querySelectorAll('.plot')].every((plot) =>"
        " plot.clientWidth === plot.querySelector('canvas').clientWidth)"
    )


def test_what_nobody_sees_costs_nothing(page: Any) -> None:
    """Panels out of sight wait without an animation, which would keep a processor busy."""
    page.open("/d/kinds/kinds", height=600)
    assert page.value("document.querySelectorAll('.panel.loading').length") > 0
    assert page.value("document.getAnimations({ subtree: true }).length") == 0
    page.page.value(
        "document.body.animate([{ opacity: 1 }], { duration: 999, iterations: Infinity })"
    )
    assert page.value("document.getAnimations({ subtree: true }).length") == 1


def test_a_link_to_a_dashboard_needs_no_other_page(page: Any, our_console: Any) -> None:
    """From one dashboard to the next, and back: the same page shows it, with the time kept."""
    ours = replace(page, url=our_console.url)
    ours.open("/d/whiteroom-alerts/alerts?from=now-3h&to=now", height=4000)
    ours.value("window.stays = true")
    ours.value("document.querySelector('.dashboard-links a[href*=system-health]').click()")
    ours.page.wait("document.querySelector('h1').innerText === 'System Health'")
    ours.wait_until_drawn()
    assert ours.value("location.pathname + location.search") == (
        "/d/whiteroom-system-health/system-health?from=now-3h&to=now"
    )
    assert ours.value("document.title").startswith("System Health")
    current = "document.querySelector('#dashboards [aria-current]').textContent"
    assert ours.value(current) == "System Health"
    assert ours.empty_panels() == []
    ours.value("history.back()")
    ours.page.wait("document.querySelector('h1').innerText === 'Alerts'")
    ours.wait_until_drawn()
    assert ours.value("window.stays")
    assert ours.empty_panels() == []
    assert ours.complaints() == []


def test_a_dashboard_that_is_not_there_is_said(page: Any) -> None:
    """A link into nothing is answered in words, and the way back still works."""
    page.open("/d/kinds/kinds")
    page.value(
        "document.querySelector('main').append(Object.assign(document.createElement('a'),"
        " { href: '/d/none/none', id: 'lost' })); document.getElementById('lost').click()"
    )
    page.page.wait("document.querySelector('h1').innerText === \"This dashboard can't be shown\"")
    page.value("history.back()")
    page.page.wait("document.querySelectorAll('.panel').length === 16")


def test_keys_do_what_they_say(page: Any) -> None:
    """With keys alone: a panel as a table, alone, and back; the list of keys."""
    page.open("/d/kinds/kinds")
    page.value(PANEL.format("11") + ".focus()")
    page.page.press("t")
    page.page.wait(PANEL.format("11") + ".querySelectorAll('tbody tr').length > 50")
    page.page.press("v")
    page.page.wait("document.querySelectorAll('.panel').length === 1")
    assert page.value("location.search") == "?viewPanel=11"
    page.page.press("Escape")
    page.page.wait("document.querySelectorAll('.panel').length > 10")
    page.page.press("?")
    page.page.wait("document.querySelector('dialog[open]')?.innerText.includes('zoom out')")


def test_menus_of_a_panel_open(page: Any) -> None:
    """What a panel means stands behind one sign, and what can be done with it behind another."""
    page.open("/d/kinds/kinds")
    signs = PANEL.format("11") + ".querySelectorAll('header summary')"
    page.value(f"{signs}[0].click()")
    assert "played" in page.value(f"{signs}[0].nextSibling.innerText")
    assert (
        page.value(f"{signs}[0].nextSibling.querySelector('a').pathname") == "/runbooks/AudioXruns"
    )
    page.value(f"{signs}[1].click()")
    page.value(
        f"[...{signs}[1].nextSibling.querySelectorAll('button')]"
        ".find((button) => button.innerText.startsWith('Show as table')).click()"
    )
    page.page.wait(PANEL.format("11") + ".querySelectorAll('tbody tr').length > 50")
    page.value(f"{signs}[1].click()")
    assert "Show as chart" in page.value(f"{signs}[1].nextSibling.innerText")


def test_arrows_read_a_chart(page: Any, backends: Any) -> None:
    """The arrow keys move the crosshair, and say what is there, without a mouse."""
    page.open(f"/d/kinds/kinds?from={backends.start}000&to={backends.end}000")
    page.value(PANEL.format("11") + ".querySelector('.plot').focus()")
    page.page.press("ArrowLeft")
    page.page.press("ArrowLeft")
    tip = PANEL.format("11") + ".querySelector('.tooltip')"
    page.page.wait(f"!{tip}.hidden")
    assert all(name in page.value(f"{tip}.innerText") for name in ("bass", "drums", "lead"))
    box = page.value(f"JSON.parse(JSON.stringify({tip}.getBoundingClientRect()))")
    corners = [(x, y) for x in ("left", "right") for y in ("top", "bottom")]
    for x, y in corners:
        inside = {"left": 8, "right": -8, "top": 8, "bottom": -8}
        point = f"{box[x] + inside[x]}, {box[y] + inside[y]}"
        # It takes no mouse itself, and what is cut off would not be found either.
        hit = f"({tip}.style.pointerEvents = 'auto', document.elementFromPoint({point}))"
        assert page.value(f"{hit}?.closest('.tooltip') === {tip}")


def test_the_time_picker_takes_what_a_link_takes(page: Any) -> None:
    """A time is written as text: the server says what it means, or what is wrong with it."""
    page.open("/d/kinds/kinds")
    fields = "document.querySelectorAll('.time-controls form input')"
    apply = "document.querySelector('.time-controls form button').click()"
    page.value("document.querySelector('.time-controls summary').click()")
    page.page.wait(f"{fields}.length === 2")
    page.value(f"{fields}[0].value = 'yesterday'; {apply}")
    page.page.wait(
        "document.querySelector('.time-controls .problem').innerText.includes(\"'yesterday'\")"
    )
    assert page.value("location.search") == ""
    page.value(f"{fields}[0].value = 'now-1d/d'; {fields}[1].value = '2100-01-01 12:00'; {apply}")
    page.page.wait("/problem|longer/.test(document.querySelector('.time-controls').innerText)")
    page.value(f"{fields}[1].value = 'now'; {apply}")
    page.page.wait("location.search === '?from=now-1d%2Fd&to=now'")
    page.wait_until_drawn()
    shown = page.value("document.querySelector('.time-controls summary').innerText")
    assert " 00:00 to " in shown


def test_dragging_zooms_every_panel(page: Any) -> None:
    """A drag over a chart becomes the time range of the address, and of all panels."""
    page.open("/d/kinds/kinds")
    box = page.value(
        f"JSON.parse(JSON.stringify({PANEL.format('11')}.querySelector('.u-over')"
        ".getBoundingClientRect()))"
    )
    y = box["y"] + box["height"] / 2
    left = {"button": "left", "buttons": 1}
    page.page.mouse("mouseMoved", box["x"] + 40, y)
    page.page.mouse("mousePressed", box["x"] + 40, y, clickCount=1, **left)
    page.page.mouse("mouseMoved", box["x"] + 200, y, **left)
    page.page.mouse("mouseReleased", box["x"] + 200, y, clickCount=1, **left)
    page.page.wait("/from=\\d{13}&to=\\d{13}/.test(location.search)")


def test_the_crosshair_is_shared(page: Any) -> None:
    """Where the mouse is in one chart, the others have a line, too."""
    page.open("/d/kinds/kinds", height=1400)
    box = page.value(
        f"JSON.parse(JSON.stringify({PANEL.format('11')}.querySelector('.u-over')"
        ".getBoundingClientRect()))"
    )
    page.page.mouse("mouseMoved", box["x"] + 90, box["y"] + 60)
    page.page.mouse("mouseMoved", box["x"] + 100, box["y"] + 60)
    other = PANEL.format("16") + ".querySelector('.u-cursor-x')"
    page.page.wait(f"getComputedStyle({other}).transform !== 'none'")
    assert page.value(f"new DOMMatrix(getComputedStyle({other}).transform).e") > 50


def test_completion_writes_names(page: Any) -> None:
    """A name is completed by keys: a metric, then a label, then its value."""
    page.open("/explore")
    page.page.wait("document.getElementById('expression').getAttribute('role') === 'combobox'")
    field = "document.getElementById('expression')"
    for text, expected in (("lev", "level"), ("{cha", "channel"), ('="dr', "drums")):
        page.page.call("Input.insertText", text=text)
        page.page.wait(
            f"document.querySelector('#completions [aria-selected=true] code')?.innerText === "
            f"'{expected}'"
        )
        page.page.press("Enter")
    assert page.value(f"{field}.value") == 'level{channel="drums'


def test_a_console_that_is_gone_is_said(page: Any, start_console: Any, backends: Any) -> None:
    """When nobody answers any more, every panel in sight says so, instead of something old."""
    running = start_console("--prometheus", backends.prometheus, "--dashboards", str(DASHBOARDS))
    own = replace(page, url=running.url)
    own.open("/d/kinds/kinds")
    running.process.terminate()
    running.process.wait(10)
    own.page.press("r")
    own.page.wait(f'{PANEL.format("11")}.innerText.includes("can\'t be reached")')
    assert own.value("document.querySelectorAll('[aria-busy]').length") == 0


def test_dark_is_dark(page: Any) -> None:
    """A dark page has light text on a dark ground, and the drawings with it."""
    page.open("/d/kinds/kinds?theme=dark")
    ground = page.value("getComputedStyle(document.body).backgroundColor")
    assert all(int(part) < 40 for part in ground.strip("rgb()").split(","))


def test_a_broken_dashboard_is_said_and_stays(
    page: Any, start_console: Any, backends: Any, tmp_path: Path
) -> None:
    """Who breaks a dashboard's file is told where; everybody else goes on with the old one."""
    folder = shutil.copytree(DASHBOARDS, tmp_path / "dashboards")
    running = start_console("--prometheus", backends.prometheus, "--dashboards", str(folder))
    own = replace(page, url=running.url)
    path = next(folder.glob("**/kinds.json"))
    path.write_text(path.read_text()[:-9])
    for where in ("/", "/d/kinds/kinds"):
        own.open(where)
        text = own.value("document.body.innerText")
        assert "The file kinds.json is not read: it is no JSON" in text
    assert own.value("document.querySelectorAll('.panel').length") == 16

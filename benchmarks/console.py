"""How fast the console draws, what it costs browser and server, and what many viewers cost.

Has no peer: the goals are figures that people feel. By default the store is the one that the goal
speaks of, a day of 50,000 series every 10 s: 430 million samples, written within a minute into
0.9 GB of the folder for temporary files. Each dashboard is opened once, so that no answer is one
that was kept; the files that Prometheus reads were written just before, and are in memory. Needs
Debian's chromium.
"""

from __future__ import annotations

import sys
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median

from benchmarks import report
from benchmarks.console_parts import SCREEN_PX, Console, Viewer, console, dashboard
from benchmarks.console_series import LINES, PANELS, series
from benchmarks.console_store import BLOCK_S, prometheus, write
from benchmarks.console_values import DAY_S
from benchmarks.report import Row
from whiteroom_monitoring.console import chromium
from whiteroom_monitoring.deploy.host import processes
from whiteroom_monitoring.project import load
from whiteroom_monitoring.web import console as page

REPETITIONS = 5
POINTS, STEP_S = 500, 10
VIEWERS = 8


def drawing(viewer: Viewer, running: Console, end: int) -> list[Row]:
    """Measure twelve panels: first drawn, refreshed, and what they keep."""
    # Each time another end, so that no answer is one that is kept.
    ends = [end - 60 - STEP_S * number for number in range(REPETITIONS)]
    urls = [f"{running.url}/d/drawn/drawn?from={e - POINTS * STEP_S}000&to={e}000" for e in ends]
    viewer.drawn_s(urls[0])
    drawn = median(viewer.drawn_s(url) for url in urls[1:])
    refreshed = median(viewer.refresh_ms() for _ in range(REPETITIONS))
    subject = f"{PANELS} panels x {LINES} series x {POINTS} points"
    return [
        report.at_most(f"{subject}: drawn after", "s", drawn, 0.6),
        report.at_most("main thread for a refresh of them", "ms", refreshed, 40),
        report.at_most("JavaScript heap with them", "MB", viewer.heap_mb(), 12),
    ]


def day(viewer: Viewer, running: Console, end: int, store: str) -> list[Row]:
    """Measure the four dashboards over a day: every panel of each, and all as a screen shows them.

    The first is opened, the others are reached by their links, as people go from one to the next.
    """
    viewer.drawn_s(f"{running.url}/d/whiteroom-alerts/alerts?refresh=off")
    all_s = _walk(viewer, running, end)
    viewer.resize(SCREEN_PX)
    # Another day, so that no answer is one that is kept.
    visible_s = sum(_walk(viewer, running, end - 600).values())
    return [
        *(report.at_most(f"{slug} over 24 h of {store}", "s", s, 3) for slug, s in all_s.items()),
        Row("all four of them, every panel", "s", sum(all_s.values()), "-", True),
        report.at_most("all four of them, what a screen shows", "s", visible_s, 3),
    ]


def _walk(viewer: Viewer, running: Console, end: int) -> dict[str, float]:
    """Return after how many seconds each dashboard was drawn."""
    query = f"from={end - DAY_S}000&to={end}000&refresh=off"
    first, *others = load().dashboards
    took = {first: viewer.drawn_s(f"{running.url}/d/whiteroom-{first}/{first}?{query}")}
    return took | {slug: viewer.followed_s(slug) for slug in others}


def sharing(running: Console, end: int) -> Row:
    """Count what viewers cost who look at the same at once, against one of them."""

    def look(to: int) -> None:
        panels = "".join(f"&panel={POINTS}:{number}" for number in range(1, PANELS + 1))
        running.get(f"/api/dashboards/drawn/panels?from={to - 3600}000&to={to}000{panels}")

    before = running.requests_sent()
    look(end - 600)
    single = running.requests_sent() - before
    with ThreadPoolExecutor(VIEWERS) as viewers:
        list(viewers.map(look, [end - 1200] * VIEWERS))
    many = running.requests_sent() - before - single
    name = f"queries of {VIEWERS} viewers of the same ÷ of one"
    return Row(name, "", many, "<= 1", many <= single, single, many / single)


def main() -> int:
    """Measure everything on servers of its own."""
    parser = report.parser(__doc__)
    parser.add_argument("--series", type=int, default=50_000, help="in the store (%(default)s)")
    parser.add_argument("--step", type=int, default=10, help="seconds a sample (%(default)s)")
    arguments = parser.parse_args()
    end = int(time.time()) // BLOCK_S * BLOCK_S
    store = f"{arguments.series} series every {arguments.step} s"
    with tempfile.TemporaryDirectory(prefix="whiteroom-benchmark-") as name:
        folder = Path(name)
        write(folder, series(arguments.series), end, arguments.step)
        (folder / "drawn").mkdir()
        (folder / "drawn/drawn.json").write_text(dashboard(PANELS))
        with prometheus(folder) as url, tempfile.TemporaryDirectory(dir="/dev/shm") as memory:
            segments = Path(memory)
            with chromium.page() as tab:
                viewer = Viewer(tab)
                with console(url, folder / "drawn", segments) as running:
                    rows = [*drawing(viewer, running, end), sharing(running, end)]
                with console(url, load().files.dashboards, segments) as running:
                    rows += day(viewer, running, end, store)
                    memory_mb = processes.resident_bytes(running.pid) / 1e6
    rows.append(report.at_most("resident memory of the console", "MB", memory_mb, 60))
    assets = page.assets()
    own = [name for name in assets if name.endswith(".js") and "iife" not in name]
    sent = sum(len(assets[name].compressed) for name in own) / 1000
    rows.append(report.at_most("our JavaScript of all pages, as it is sent", "kB", sent, 80))
    return report.show(rows, arguments.json)


if __name__ == "__main__":
    sys.exit(main())

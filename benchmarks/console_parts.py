"""What `benchmarks.console` measures with: a console of its own, and a page that tells the time."""

from __future__ import annotations

import contextlib
import json
import re
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from whiteroom_monitoring.console import chromium

# Runs before the page's own scripts: notes when all in sight is drawn. Looks only when nothing is
# under way any more, which the page says in the frame after it has drawn: looking at every frame
# would cost frames.
_WATCH = """
window.askedAt = 0;
const look = () => {
  if (document.body?.dataset.pending !== '0' || !document.querySelector('.panel')) return;
  const missing = [...document.querySelectorAll('.panel.loading')]
    .some((panel) => panel.getBoundingClientRect().top < innerHeight);
  if (!missing) window.drawnAt ??= performance.now();
};
new MutationObserver(look).observe(document, { subtree: true, attributeFilter: ['data-pending'] });
"""
# Heights of windows: all panels of a dashboard are in sight, or those that a screen shows.
EVERY_PANEL_PX, SCREEN_PX = 6000, 1200
_FOLLOW = """
Object.assign(window, {{ drawnAt: undefined, askedAt: performance.now() }});
document.querySelector('.dashboard-links a[href*="/{}?"]').click();
"""
_REFRESH = """
new Promise((done) => {
  dispatchEvent(new KeyboardEvent('keydown', { key: 'r' }));
  const look = () => document.body.dataset.pending === '0'
    ? done() : setTimeout(look, 20);
  setTimeout(look, 20);
})
"""


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


@dataclass
class Console:
    """A running console."""

    url: str
    pid: int

    def get(self, path: str) -> bytes:
        """Return what ``path`` answers."""
        with urllib.request.urlopen(self.url + path, timeout=60) as answer:
            content: bytes = answer.read()
            return content

    def requests_sent(self) -> float:
        """Return how many requests it has sent to Prometheus."""
        exposed = self.get("/metrics").decode()
        counts = re.findall(r'source="prometheus",outcome="\w+"} (\d+)', exposed)
        return sum(map(float, counts))


@contextlib.contextmanager
def console(prometheus: str, dashboards: Path, segments: Path) -> Iterator[Console]:
    """Run a console for as long as the context lasts."""
    command = [sys.executable, "-m", "whiteroom_monitoring", "console", "--port", "0"]
    folders = ["--dashboards", str(dashboards), "--segments", str(segments)]
    options = ["--prometheus", prometheus, *folders]
    process = subprocess.Popen([*command, *options], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        address = re.search(r"serving (\S+)/", process.stdout.readline())
        if address is None:
            raise SystemExit("the console did not start")
        yield Console(address[1], process.pid)
    finally:
        process.terminate()
        process.communicate(timeout=30)


class Viewer:
    """A browser that measures what it is shown."""

    def __init__(self, page: chromium.Page) -> None:
        self._page = page
        page.call("Page.addScriptToEvaluateOnNewDocument", source=_WATCH)
        page.call("HeapProfiler.enable")
        for domain in ("Network", "Log"):
            page.call(f"{domain}.disable")
        self.resize(EVERY_PANEL_PX)

    def resize(self, height_px: int) -> None:
        """Give the page a window of so many pixels; what is below it is not drawn."""
        self._page.resize(1600, height_px)

    def drawn_s(self, url: str) -> float:
        """Open a page and return after how many seconds everything was drawn."""
        self._page.open(url)
        return self._drawn_s()

    def followed_s(self, slug: str) -> float:
        """Follow the link to a dashboard and return after how many seconds it was drawn."""
        self._page.value(_FOLLOW.format(slug))
        return self._drawn_s()

    def _drawn_s(self) -> float:
        self._page.wait("window.drawnAt > 0", 60)
        self._page.events.clear()
        return float(self._page.value("window.drawnAt - window.askedAt")) / 1000

    def refresh_ms(self) -> float:
        """Refresh and return how many milliseconds the page's main thread worked."""
        before = _busy_s()
        self._page.value(_REFRESH)
        return (_busy_s() - before) * 1000

    def heap_mb(self) -> float:
        """Return the size of what the page's scripts keep."""
        self._page.call("HeapProfiler.collectGarbage")
        return float(self._page.call("Runtime.getHeapUsage")["usedSize"]) / 1e6


def _busy_s() -> float:
    """Return how long the main threads of pages had a processor, as the kernel counts it.

    What the protocol calls TaskDuration leaves out how what was drawn becomes pixels.
    """
    counted = 0
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if b"--type=renderer" in (process / "cmdline").read_bytes():
                counted += int((process / "schedstat").read_text().split()[0])
    return counted / 1e9


def dashboard(panels: int) -> str:
    """Return a dashboard of time series."""
    made = [
        {
            "id": number + 1,
            "type": "timeseries",
            "title": f"Panel {number}",
            "gridPos": {"x": 8 * (number % 3), "y": 8 * (number // 3), "w": 8, "h": 8},
            "targets": [
                {"refId": "A", "expr": f'drawn{{panel="{number}"}}', "legendFormat": "{{line}}"}
            ],
            "options": {"legend": {"showLegend": True}},
            "fieldConfig": {"defaults": {"unit": "short"}, "overrides": []},
        }
        for number in range(panels)
    ]
    return json.dumps({"uid": "drawn", "title": "Drawn", "panels": made})

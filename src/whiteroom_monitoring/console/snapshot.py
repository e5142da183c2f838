"""Takes a picture of what a running console shows, in a headless browser."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from urllib.parse import urlencode

from whiteroom_monitoring.console import chromium

PAGES = ("home", "alerts", "targets", "explore", "logs")
# Nothing is asked any more, and what was asked is drawn, as far as it is in the window.
_DRAWN = """
document.readyState === 'complete' && document.body.dataset.pending === '0' &&
document.querySelector('main').childElementCount > 0 &&
![...document.querySelectorAll('.loading')]
  .some((panel) => panel.getBoundingClientRect().y < innerHeight)
"""
_HEIGHT = "document.querySelector('main').scrollHeight + 60"
_PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_MAX_HEIGHT_PX = 12_000
_PANEL_HEIGHT_PX = 560


@dataclass(frozen=True)
class SnapshotRequest:
    """What is to be shown: ``subject`` is a page, or the uid or slug of a dashboard.

    ``height_px`` is None for all that there is, ``choices`` are names and values of variables.
    """

    subject: str
    panel: str = ""
    start: str = ""
    end: str = ""
    choices: Sequence[tuple[str, str]] = field(default_factory=tuple)
    theme: str = "light"
    width_px: int = 1400
    height_px: int | None = None
    scale: float = 1.0


def picture(console: str, request: SnapshotRequest, token: str = "") -> bytes:
    """Return the picture as PNG. Raises BrowserError."""
    height = request.height_px or (_PANEL_HEIGHT_PX if request.panel else _MAX_HEIGHT_PX)
    with chromium.page() as page:
        if token:
            headers = {"Authorization": f"Bearer {token}"}
            page.call("Network.setExtraHTTPHeaders", headers=headers)
        page.resize(request.width_px, height, scale=request.scale)
        page.open(address(console, request))
        page.wait(_DRAWN)
        if height == _MAX_HEIGHT_PX:
            # All was within a tall window and therefore loaded; now only what there is.
            page_height = math.ceil(page.value(_HEIGHT))
            page.resize(request.width_px, min(page_height, _MAX_HEIGHT_PX), scale=request.scale)
            page.value(_PAINTED)
            page.wait(_DRAWN)
        page.value(_PAINTED)
        return page.png()


def address(console: str, request: SnapshotRequest) -> str:
    """Return the address of what is to be shown.

    >>> address("http://x/", SnapshotRequest("alerts"))
    'http://x/alerts?theme=light&refresh=off'
    """
    query = {"from": request.start, "to": request.end, "viewPanel": request.panel}
    pairs = [(name, value) for name, value in query.items() if value]
    pairs += [(f"var-{name}", value) for name, value in request.choices]
    pairs += [("theme", request.theme), ("refresh", "off")]
    path = request.subject if request.subject in PAGES else f"d/{request.subject}"
    path = "" if path == "home" else path
    return f"{console.rstrip('/')}/{path}?{urlencode(pairs)}"

"""``whiteroom snapshot``: saves a picture of what a running console shows at a given time."""

from __future__ import annotations

import argparse
import math
from pathlib import Path
from urllib.parse import urlencode

from whiteroom_monitoring.console import chromium
from whiteroom_monitoring.deploy.paths import LOOPBACK, PORTS
from whiteroom_monitoring.errors import UsageError

PAGES = ("home", "alerts", "targets", "explore")
# Nothing is asked any more, and what was asked is drawn, as far as it is in the window.
_DRAWN = """
document.readyState === 'complete' && document.body.dataset.pending === '0' &&
document.querySelector('main').childElementCount > 0 &&
![...document.querySelectorAll('.loading')]
  .some((panel) => panel.getBoundingClientRect().y < innerHeight)
"""
_HEIGHT = "document.querySelector('main').scrollHeight + 60"
_PAINTED = "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))"
_TALLEST = 12_000
_PANEL_HEIGHT = 560

EPILOG = """\
examples:
  whiteroom snapshot application-performance --output now.png
  whiteroom snapshot system-health --from 1767225600000 --to 1767229200000 --theme dark
  whiteroom snapshot application-performance --panel 301 --var channel=bass --from now-3h
  whiteroom snapshot home --width 390
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom snapshot``."""
    parser.epilog = EPILOG
    parser.add_argument("what", help=f"a dashboard, by its uid or slug, or {', '.join(PAGES)}")
    parser.add_argument("--panel", metavar="ID", help="one panel of the dashboard alone")
    parser.add_argument(
        "--from", dest="start", metavar="TIME", help="such as now-3h, or ms of 1970"
    )
    parser.add_argument("--to", dest="end", metavar="TIME", help="likewise (default now)")
    parser.add_argument(
        "--var",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help="a choice of a variable; may be repeated",
    )
    parser.add_argument("--theme", choices=("light", "dark"), default="light")
    parser.add_argument("--width", type=int, default=1400, help="CSS pixels (%(default)s)")
    parser.add_argument("--height", type=int, help="CSS pixels (default: all that there is)")
    parser.add_argument("--scale", type=float, default=1.0, help="pixels in a CSS pixel")
    parser.add_argument("--output", type=Path, default=Path("snapshot.png"), metavar="FILE")
    parser.add_argument("--console", default=f"http://{LOOPBACK}:{PORTS['console']}", metavar="URL")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="the console's token")


def run(arguments: argparse.Namespace) -> int:
    """Save the picture and say where."""
    arguments.output.write_bytes(picture(arguments))
    print(f"written   {arguments.output}")
    return 0


def picture(arguments: argparse.Namespace) -> bytes:
    """Return the picture as PNG. Raises BrowserError."""
    height = arguments.height or (_PANEL_HEIGHT if arguments.panel else _TALLEST)
    with chromium.page() as page:
        if arguments.token_file:
            token = arguments.token_file.read_text(encoding="utf-8").strip()
            headers = {"Authorization": f"Bearer {token}"}
            page.call("Network.setExtraHTTPHeaders", headers=headers)
        page.resize(arguments.width, height, scale=arguments.scale)
        page.open(address(arguments))
        page.wait(_DRAWN)
        if height == _TALLEST:
            # All was within a tall window and therefore loaded; now only what there is.
            whole = math.ceil(page.value(_HEIGHT))
            page.resize(arguments.width, min(whole, _TALLEST), scale=arguments.scale)
            page.value(_PAINTED)
            page.wait(_DRAWN)
        page.value(_PAINTED)
        return page.png()


def address(arguments: argparse.Namespace) -> str:
    """Return the address of what is wanted. Raises UsageError."""
    query = {"from": arguments.start, "to": arguments.end, "viewPanel": arguments.panel}
    chosen = [(name, value) for name, value in query.items() if value]
    for choice in arguments.var:
        name, separator, value = choice.partition("=")
        if not separator:
            raise UsageError(f"--var {choice}: expected NAME=VALUE")
        chosen.append((f"var-{name}", value))
    path = {"home": ""}.get(arguments.what, arguments.what)
    if arguments.what not in PAGES:
        slug = arguments.what.removeprefix("whiteroom-")
        path = f"d/whiteroom-{slug}/{slug}" if _is_ours(arguments.what) else f"d/{arguments.what}"
    query_text = urlencode([*chosen, ("theme", arguments.theme), ("refresh", "off")])
    return f"{arguments.console.rstrip('/')}/{path}?{query_text}"


def _is_ours(what: str) -> bool:
    slugs = ("application-performance", "system-health", "business-metrics", "alerts")
    return what.removeprefix("whiteroom-") in slugs

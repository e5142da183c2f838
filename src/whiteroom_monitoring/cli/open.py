"""``whiteroom open [DASHBOARD]``: shows the console in a browser."""

from __future__ import annotations

import argparse
import json
import webbrowser
from urllib.request import urlopen

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.cli.options import add_place_options, in_force, paths_from
from whiteroom_monitoring.console.snapshot import PAGES
from whiteroom_monitoring.errors import MonitoringError, UsageError

TIMEOUT_S = 10


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom open``."""
    add_place_options(parser)
    pages = ", ".join(PAGES)
    parser.add_argument(
        "what", nargs="?", default="home", help=f"a dashboard, by its uid or slug, or {pages}"
    )
    parser.add_argument("--print", action="store_true", help="print the address alone")


def run(arguments: argparse.Namespace) -> int:
    """Open the page, and print its address; without a browser, the address is all."""
    console = paths_from(arguments).url("console")
    try:
        with urlopen(f"{console}/api/dashboards", timeout=TIMEOUT_S) as answer:
            dashboards = json.load(answer)["dashboards"]
    except (OSError, ValueError, KeyError) as error:
        start = f"start it with `whiteroom up{in_force(arguments)}`"
        raise MonitoringError(f"{console}: no console answers there; {start}") from error
    address = f"{console}{_path(arguments.what, dashboards)}"
    print(address)
    if not arguments.print:
        webbrowser.open(address)
    return 0


def _path(name: str, dashboards: list[dict[str, str]]) -> str:
    if name in PAGES:
        return "/" if name == "home" else f"/{name}"
    for dashboard in dashboards:
        if name in (dashboard["uid"], dashboard["slug"]):
            return f"/d/{dashboard['uid']}/{dashboard['slug']}"
    names = [dashboard["slug"] for dashboard in dashboards]
    remedy = did_you_mean(name, names) or f"there are: {', '.join(names)}"
    raise UsageError(f"{name}: no page and no dashboard; {remedy}")

"""``whiteroom snapshot``: saves a picture of what a running console shows at a given time."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from urllib.request import Request, urlopen

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.cli.options import add_place_options, paths_from
from whiteroom_monitoring.console.snapshot import PAGES, SnapshotRequest, picture
from whiteroom_monitoring.errors import MonitoringError, UsageError

TIMEOUT_S = 10
EPILOG = """\
examples:
  whiteroom snapshot tape --output now.png
  whiteroom snapshot tape --from 1767225600000 --to 1767229200000 --theme dark
  whiteroom snapshot tape --panel 301 --var channel=bass --from now-3h
  whiteroom snapshot home --width 390
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom snapshot``."""
    parser.epilog = EPILOG
    parser.add_argument("what", help=f"a dashboard, by its uid or slug, or {', '.join(PAGES)}")
    parser.add_argument("--panel", default="", metavar="ID", help="one panel of the dashboard")
    parser.add_argument(
        "--from",
        dest="start",
        default="",
        metavar="TIME",
        help="such as now-3h, now-1d/d, 2026-01-31T12:00, or milliseconds since 1970",
    )
    parser.add_argument(
        "--to", dest="end", default="", metavar="TIME", help="the end, as --from (default now)"
    )
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
    parser.add_argument(
        "--console", metavar="URL", help="its address (default: that of the running stack)"
    )
    add_place_options(parser)
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="the console's token")


def run(arguments: argparse.Namespace) -> int:
    """Save the picture and say where. Raises BrowserError and UsageError."""
    request = SnapshotRequest(
        subject=arguments.what,
        panel=arguments.panel,
        start=arguments.start,
        end=arguments.end,
        choices=[_choice(text) for text in arguments.var],
        theme=arguments.theme,
        width_px=arguments.width,
        height_px=arguments.height,
        scale=arguments.scale,
    )
    if not arguments.output.absolute().parent.is_dir():
        raise UsageError(f"--output {arguments.output}: there is no such folder")
    token = _token(arguments)
    console = arguments.console or paths_from(arguments).url("console")
    _require_subject(console, request.subject, token)
    content = picture(console, request, token)
    try:
        arguments.output.write_bytes(content)
    except OSError as error:
        raise UsageError(f"--output {arguments.output}: {error.strerror}") from error
    print(f"written   {arguments.output}")
    return 0


def _require_subject(console: str, subject: str, token: str) -> None:
    """Raise UsageError for what the console does not have, MonitoringError without a console."""
    address = f"{console.rstrip('/')}/api/dashboards"
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with urlopen(Request(address, headers=headers), timeout=TIMEOUT_S) as answer:
            listed = json.load(answer)["dashboards"]
    except (OSError, ValueError, KeyError) as error:
        raise MonitoringError(f"{address}: no console answers there: {error}") from error
    names = {name for dashboard in listed for name in (dashboard["uid"], dashboard["slug"])}
    if subject not in names.union(PAGES):
        remedy = did_you_mean(subject, names) or f"there are: {', '.join(sorted(names))}"
        raise UsageError(f"{subject}: no page and no dashboard; {remedy}")


def _choice(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise UsageError(f"--var {text}: expected NAME=VALUE")
    return name, value


def _token(arguments: argparse.Namespace) -> str:
    if arguments.token_file is None:
        return ""
    try:
        return str(arguments.token_file.read_text(encoding="utf-8")).strip()
    except OSError as error:
        raise UsageError(f"--token-file {arguments.token_file}: {error.strerror}") from error

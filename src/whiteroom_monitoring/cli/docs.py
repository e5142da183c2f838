"""``whiteroom docs``: builds the documents as a site and serves them."""

from __future__ import annotations

import argparse
import asyncio
import socket
from pathlib import Path

from whiteroom_monitoring.cli.argument_types import port_number
from whiteroom_monitoring.cli.options import add_place_options, paths_from
from whiteroom_monitoring.deploy.paths import LOOPBACK
from whiteroom_monitoring.documents import server, site
from whiteroom_monitoring.resources import repository_root
from whiteroom_monitoring.web.server import LOOPBACK_NAMES, listening, serve

DEFAULT_PORT = 8009
EPILOG = """\
examples:
  whiteroom docs                       build what has changed, serve at http://127.0.0.1:8009
  whiteroom docs --build               build only; the console then has the pages under /docs/
  whiteroom docs --build --output site   build into a folder of your own
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom docs``."""
    parser.epilog = EPILOG
    add_place_options(parser)
    parser.add_argument("--build", action="store_true", help="build the site, and serve nothing")
    parser.add_argument(
        "--output",
        type=Path,
        metavar="DIR",
        help="folder of the site (default: docs in the data folder)",
    )
    parser.add_argument(
        "--port", type=port_number, default=DEFAULT_PORT, help="0 takes a free one (%(default)s)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Build the site where it is not current, and serve it until SIGTERM or SIGINT."""
    output = arguments.output or paths_from(arguments).data / "docs"
    folder = _site(output.absolute())
    if arguments.build:
        return 0
    with listening(LOOPBACK, arguments.port) as listener:
        asyncio.run(_serve(folder, listener))
    return 0


def _site(output: Path) -> Path:
    """Return a folder with the current site, which is built unless the package carries it."""
    if site.is_current(output):
        print(f"{output}: the site is current")
        return output
    carried = Path(site.__file__).parent.parent / "share" / "site"
    if repository_root() is None and site.is_current(carried):
        return carried
    print(f"{output}: {site.build(output)} pages", flush=True)
    return output


async def _serve(folder: Path, listener: socket.socket) -> None:
    address, port = listener.getsockname()[:2]
    print(f"serving http://{address}:{port}/", flush=True)
    await serve(server.make(folder, LOOPBACK_NAMES), listener)

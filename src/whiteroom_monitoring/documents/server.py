"""Serves a built site to this machine's browsers."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from starlette.applications import Starlette
from starlette.routing import Mount

from whiteroom_monitoring.web.server import middleware
from whiteroom_monitoring.web.site_files import SiteFiles


def make(folder: Path, hosts: Collection[str]) -> Starlette:
    """Return the application that serves the site in ``folder`` to browsers that name ``hosts``."""
    return Starlette(routes=[Mount("/", SiteFiles(folder))], middleware=middleware(hosts))

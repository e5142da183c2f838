"""The console's pages: one shell for all, whose script draws what the page is for."""

from __future__ import annotations

import gzip
import hashlib
import html
import importlib.metadata
from functools import cache
from http import HTTPStatus
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

_FOLDER = Path(__file__).parent
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
# uPlot as its package ships it; nothing else of the package is used, or imported.
_PACKAGE = "youplot"
_VENDORED = ("youplot/vendor/uplot.iife.min.js", "youplot/vendor/uplot.min.css")
_PREFIX = "/assets/"
# An asset's address changes with its content.
_KEPT = {"Cache-Control": "public, max-age=31536000, immutable"}

_SHELL = Template((_FOLDER / "shell.html").read_text(encoding="utf-8"))
_LOGIN = Template((_FOLDER / "login.html").read_text(encoding="utf-8"))
# What the first part of a path shows.
PAGES = {
    "home": "Home",
    "d": "",
    "explore": "Explore",
    "alerts": "Alerts",
    "targets": "Targets",
    "runbooks": "Runbook",
}
_SCRIPTS = {"d": "dashboard", "runbooks": "runbook"}


@cache
def assets() -> dict[str, tuple[bytes, str]]:
    """Return content, as it is before it is compressed, and media type of each asset by name."""
    package = importlib.metadata.distribution(_PACKAGE)
    vendored = (Path(str(package.locate_file(name))) for name in _VENDORED)
    own = (path for path in sorted(_FOLDER.iterdir()) if path.suffix in _KINDS)
    return {path.name: (path.read_bytes(), _KINDS[path.suffix]) for path in (*own, *vendored)}


@cache
def compressed(name: str) -> bytes:
    """Return the asset ``name`` as it is sent."""
    return gzip.compress(assets()[name][0], mtime=0)


@cache
def version() -> str:
    """Return a name of all assets together, which changes with any of them."""
    content = b"\0".join(content for content, _ in assets().values())
    return hashlib.sha256(content).hexdigest()[:12]


def is_asset(path: str) -> bool:
    """Tell whether a path is that of an asset, which is no secret."""
    return path.startswith(_PREFIX)


def render(name: str, title: str = "") -> str:
    """Return the page ``name``, a key of PAGES."""
    return _SHELL.substitute(
        title=html.escape(title or PAGES[name]),
        page=name,
        script=_SCRIPTS.get(name, name),
        assets=f"{_PREFIX}{version()}",
    )


def login(problem: str) -> str:
    """Return the page that asks for the token."""
    return _LOGIN.substitute(problem=html.escape(problem), assets=f"{_PREFIX}{version()}")


def missing(problem: str) -> str:
    """Return the page of what is not there."""
    return _SHELL.substitute(
        title=html.escape(problem), page="missing", script="missing", assets=f"{_PREFIX}{version()}"
    )


async def asset(request: Request) -> Response:
    """Return an asset."""
    found = assets().get(request.path_params["name"])
    if found is None:
        return PlainTextResponse("not found\n", HTTPStatus.NOT_FOUND)
    content, kind = found
    if "gzip" not in request.headers.get("accept-encoding", ""):
        return Response(content, media_type=kind, headers=_KEPT)
    headers = {**_KEPT, "Content-Encoding": "gzip", "Vary": "Accept-Encoding"}
    return Response(compressed(request.path_params["name"]), media_type=kind, headers=headers)

"""The console's pages: one HTML shell for all, whose script draws what the page is for."""

from __future__ import annotations

import html
import importlib.metadata
from functools import cache
from pathlib import Path
from string import Template

from whiteroom_monitoring.web.assets import PREFIX, Assets

_FOLDER = Path(__file__).parent
# uPlot as its package ships it; nothing else of the package is used, or imported.
_PACKAGE = "youplot"
_UPLOT = ("youplot/vendor/uplot.iife.min.js", "youplot/vendor/uplot.min.css")

_SHELL = Template((_FOLDER / "shell.html").read_text(encoding="utf-8"))
_LOGIN = Template((_FOLDER / "login.html").read_text(encoding="utf-8"))
# What the first part of a path shows.
PAGES = {
    "home": "Home",
    "d": "",
    "explore": "Explore",
    "logs": "Logs",
    "alerts": "Alerts",
    "targets": "Targets",
    "runbooks": "Runbook",
}
_SCRIPTS = {"d": "dashboard", "runbooks": "runbook"}


@cache
def assets() -> Assets:
    """Return the console's assets, and uPlot's."""
    package = importlib.metadata.distribution(_PACKAGE)
    uplot = [Path(str(package.locate_file(name))) for name in _UPLOT]
    return Assets(("shared", "console"), uplot)


def is_asset(path: str) -> bool:
    """Tell whether a path is that of an asset, which is no secret."""
    return path.startswith(PREFIX)


def render(name: str, brand: str, title: str = "") -> str:
    """Return the page ``name``, a key of PAGES; ``brand`` is what people call what is watched."""
    return _shell(name, _SCRIPTS.get(name, name), title or PAGES[name], brand)


def not_found(problem: str, brand: str) -> str:
    """Return the page for an address that shows nothing."""
    return _shell("not-found", "not_found", problem, brand)


def login(problem: str) -> str:
    """Return the page that asks for the token."""
    return _LOGIN.substitute(problem=html.escape(problem), assets=assets().base)


def _shell(page: str, script: str, title: str, brand: str) -> str:
    return _SHELL.substitute(
        brand=html.escape(brand),
        title=html.escape(title),
        page=page,
        script=f"console/pages/{script}.js",
        preloads=_preloads(script),
        assets=assets().base,
    )


@cache
def _preloads(script: str) -> str:
    """Return links that make the browser load all modules at once, not one import at a time."""
    modules = assets().imported_by(f"console/pages/{script}.js")
    return "\n".join(
        f'<link rel="modulepreload" href="{assets().base}/{name}">' for name in modules
    )

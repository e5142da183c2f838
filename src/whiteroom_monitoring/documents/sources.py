"""Which files are pages, and where each stands in the site."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from whiteroom_monitoring.project import FILE, load
from whiteroom_monitoring.resources import share

# Single files, and their places.
FILES = {
    "CONTRIBUTING.md": "project/contributing.md",
    "CHANGELOG.md": "project/changelog.md",
    "SECURITY.md": "project/security.md",
}
# Pages that are the front page's business: a link to one leads there.
ALIASES = {"README.md": "index.md"}
_SUFFIXES = frozenset({".md", ".png", ".svg", ".gif"})
_TITLE = re.compile(r"^# (.+)$", re.MULTILINE)


def pages() -> dict[str, str]:
    """Return the place in the site of every page and picture, by its path in the repository."""
    places = {name: place for name, place in FILES.items() if (root() / name).is_file()}
    for folder, section in folders().items():
        start = share(folder)
        for path in sorted(start.rglob("*")):
            if path.suffix in _SUFFIXES and path.is_file():
                relative = path.relative_to(start).as_posix()
                places[f"{folder}/{relative}"] = f"{section}/{relative}".lstrip("/")
    return places


def folders() -> dict[str, str]:
    """Return the folder of the site for each folder of the repository that has pages."""
    project = load(share(FILE))
    configuration = project.relative(project.files.folder)
    return {
        "docs": "",
        f"{configuration}/docs": "how-to",
        project.relative(project.files.runbooks): "runbooks",
    }


def root() -> Path:
    """Return the folder below which the paths of `pages` are: a clone, or the package's share."""
    return share("docs").parent


def title(text: str, default: str) -> str:
    """Return the first heading of a page, without its marks.

    >>> title("<!-- Generated -->\\n\\n# `whiteroom.toml`: a project\\n", "page")
    'whiteroom.toml: a project'
    """
    heading = _TITLE.search(text)
    return re.sub(r"[`*]", "", heading[1]).strip() if heading else default


def read(places: Mapping[str, str]) -> dict[str, str]:
    """Return the text of every page by its path in the repository."""
    base = root()
    return {
        name: (base / name).read_text(encoding="utf-8") for name in places if name.endswith(".md")
    }

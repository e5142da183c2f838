"""Links between pages: written for the repository, rewritten for the site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping

from whiteroom_monitoring.documents.sources import ALIASES

_FENCE = re.compile(r"^( *)(```+|~~~+).*?^\1\2[ \t]*$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_ELSEWHERE = re.compile(r"[a-z][a-z+.-]*:|/|#")


def rewrite(text: str, page: str, places: Mapping[str, str]) -> str:
    """Return the page's text with every relative link as the site needs it.

    ``page`` is its path in the repository, ``places`` those of all pages. A link to a file that is
    no page, such as a source, becomes the name of the file: where the repository is on the web is
    not known.
    """

    def link(match: re.Match[str]) -> str:
        mark, label, target = match.groups()
        if _ELSEWHERE.match(target):
            return match[0]
        path, _, anchor = target.partition("#")
        place = _place(posixpath.normpath(posixpath.join(posixpath.dirname(page), path)), places)
        if place is None:
            return f"{label} (`{posixpath.basename(path.rstrip('/'))}` in the repository)"
        relative = posixpath.relpath(place, posixpath.dirname(places[page]) or ".")
        return f"{mark}[{label}]({relative}{'#' + anchor if anchor else ''})"

    return outside_fences(text, lambda part: _LINK.sub(link, part))


def _place(target: str, places: Mapping[str, str]) -> str | None:
    return places.get(target) or places.get(f"{target}/README.md") or ALIASES.get(target)


def outside_fences(text: str, change: Callable[[str], str]) -> str:
    """Return the text with ``change`` applied to everything but its fenced blocks.

    >>> outside_fences("a\\n```sh\\na\\n```\\na", str.upper)
    'A\\n```sh\\na\\n```\\nA'
    """
    parts, end = [], 0
    for fence in _FENCE.finditer(text):
        parts += [change(text[end : fence.start()]), fence[0]]
        end = fence.end()
    return "".join([*parts, change(text[end:])])

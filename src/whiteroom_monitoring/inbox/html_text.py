"""The words of an HTML page, in a time that grows with its length and no faster.

The standard library's parser is slower than that for pages that are made to be slow, and raises for
some. What a mail of alerts has of HTML needs no more than this.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

HIDDEN = frozenset({"head", "script", "style", "title"})
BREAKING = frozenset({"br", "div", "h1", "h2", "h3", "h4", "li", "p", "table", "tr"})

# A tag ends at the first > and holds no <: whatever else it holds, it is looked at once.
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)(?P<rest>[^<>]*)>|<[!?][^<>]*>")
_ADDRESS = re.compile(r"""\bhref\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)


def text_of(page: str) -> str:
    """Return the words of an HTML page, addresses of links written out.

    >>> text_of("<p>CPU <b>high</b></p><a href='http://a.example/'>graph</a>")
    'CPU high\\ngraph http://a.example/'
    """
    lines = (" ".join(line.split()) for line in "".join(_words(page)).splitlines())
    return "\n".join(line for line in lines if line)


def _words(page: str) -> Iterator[str]:
    page = _without_comments(page)
    hidden, address, place = "", "", 0
    for tag in _TAG.finditer(page):
        if not hidden:
            yield _text(page[place : tag.start()])
        place = tag.end()
        name = (tag["name"] or "").lower()
        if hidden:
            # What is hidden lasts until its own end.
            hidden = "" if tag["end"] and name == hidden else hidden
        elif name in HIDDEN and not tag["end"]:
            hidden = name
        elif name in BREAKING:
            yield "\n"
        elif name == "a":
            if address:
                yield f" {address} "
            address = "" if tag["end"] else _address(tag["rest"])
    if not hidden:
        yield _text(page[place:])


def _without_comments(page: str) -> str:
    parts, place = [], 0
    while (start := page.find("<!--", place)) >= 0:
        parts.append(page[place:start])
        end = page.find("-->", start + 4)
        place = len(page) if end < 0 else end + 3
    return "".join([*parts, page[place:]])


def _text(text: str) -> str:
    return html.unescape(text) if text.strip() else " "


def _address(attributes: str) -> str:
    address = _ADDRESS.search(attributes)
    return html.unescape(address[1] or address[2] or address[3] or "") if address else ""

"""Markdown of dashboards as HTML that is safe to show: parsed, then sanitised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from html import escape

import nh3
from markdown_it import MarkdownIt

_TAGS = {
    *("p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "s", "del"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
# A file of the set, wherever the source has it, and what follows its ending.
_FILE = re.compile(r"^(?!\w+:|/)(?:.*/)?([\w-]+)\.md(?=$|#)")


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@lru_cache(maxsize=1024)
def html(markdown: str) -> str:
    """Return Markdown as HTML without scripts, styles, images or links to anything but pages."""
    return clean(_parser().render(markdown))


def code(text: str) -> str:
    """Return text as it is written, in a fixed width."""
    return f"<pre>{escape(text)}</pre>"


def page(markdown: str, folder: str) -> str:
    """Return a page of a set as HTML: headings have anchors, links to files lead to pages.

    ``folder`` is the path below which the pages are, without their ending.

    >>> print(page("# Who?\\n[b](../docs/b.md#c)", "/runbooks/"))
    <h1 id="who">Who?</h1>
    <p><a href="/runbooks/b#c" rel="noopener noreferrer">b</a></p>
    <BLANKLINE>
    """
    tokens = _parser().parse(markdown)
    for index, token in enumerate(tokens):
        if token.type == "heading_open":
            token.attrSet("id", anchor(tokens[index + 1].content))
        for child in token.children or ():
            if child.type == "link_open":
                child.attrSet("href", _FILE.sub(rf"{folder}\1", str(child.attrGet("href"))))
    anchors = {name: {"id"} for name in _HEADINGS}
    return clean(_parser().renderer.render(tokens, _parser().options, {}), anchors)


def anchor(heading: str) -> str:
    """Return the anchor of a heading, as GitHub makes it.

    >>> anchor("When `it` is over: 2 min")
    'when-it-is-over-2-min'
    """
    return re.sub(r"\s", "-", re.sub(r"[^\w\s-]", "", heading.lower()))


def clean(written: str, attributes: Mapping[str, set[str]] | None = None) -> str:
    """Return HTML with only the harmless of it left, and with these ``attributes`` of tags."""
    return nh3.clean(
        written,
        tags=_TAGS,
        attributes={"a": {"href", "title"}, **(attributes or {})},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )

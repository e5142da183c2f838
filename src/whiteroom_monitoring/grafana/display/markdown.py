"""Markdown of dashboards as HTML that is safe to show: parsed, then sanitised."""

from __future__ import annotations

from functools import cache, lru_cache

import nh3
from markdown_it import MarkdownIt

_TAGS = {
    *("p", "br", "hr", "em", "strong", "code", "pre", "blockquote", "s", "del"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "a"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


@cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


@lru_cache(maxsize=1024)
def html(markdown: str) -> str:
    """Return Markdown as HTML without scripts, styles, images or links to anything but pages."""
    return clean(_parser().render(markdown))


def clean(written: str) -> str:
    """Return HTML with only the harmless of it left."""
    return nh3.clean(
        written,
        tags=_TAGS,
        attributes={"a": {"href", "title"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
    )

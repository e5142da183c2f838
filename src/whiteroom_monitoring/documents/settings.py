"""MkDocs' settings for the site: no web font, no request elsewhere, warnings are errors."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pymdownx.slugs import slugify

_PALETTE = [
    {
        "media": f"(prefers-color-scheme: {scheme})",
        "scheme": name,
        "primary": "black",
        "accent": "teal",
        "toggle": {"icon": f"material/{icon}", "name": f"Switch to {other}"},
    }
    for scheme, name, icon, other in (
        ("light", "default", "weather-night", "dark"),
        ("dark", "slate", "weather-sunny", "light"),
    )
]
_THEME = {
    "name": "material",
    # The system's own fonts: others would come from elsewhere.
    "font": False,
    "language": "en",
    "palette": _PALETTE,
    "icon": {"logo": "material/waveform"},
    "features": [
        "navigation.tabs",
        "navigation.indexes",
        "navigation.top",
        "navigation.footer",
        "search.highlight",
        "search.suggest",
        "content.code.copy",
        "toc.follow",
    ],
}
_VALIDATION = {
    "nav": {"omitted_files": "warn", "not_found": "warn", "absolute_links": "warn"},
    "links": {
        "not_found": "warn",
        "anchors": "warn",
        "absolute_links": "warn",
        "unrecognized_links": "warn",
    },
}
_PYTHON = {
    "show_root_heading": True,
    "show_source": False,
    "docstring_style": "google",
    "heading_level": 3,
    "members_order": "source",
    "show_if_no_docstring": False,
    "filters": ["!^_"],
}


def settings(pages: Path, output: Path, navigation: list[Any], sources: Path) -> dict[str, Any]:
    """Return the settings of a site of ``pages``; ``sources`` is where the Python package is."""
    return {
        "site_name": "White Room Monitoring",
        "site_description": "Monitoring for audio software that is proven to work.",
        "docs_dir": str(pages),
        "site_dir": str(output),
        "use_directory_urls": False,
        "strict": True,
        "theme": _THEME,
        "nav": navigation,
        "validation": _VALIDATION,
        "extra": {"generator": False},
        "extra_css": ["style/site.css"],
        "markdown_extensions": [
            "admonition",
            "attr_list",
            "def_list",
            "md_in_html",
            "tables",
            "pymdownx.superfences",
            {"pymdownx.highlight": {"use_pygments": True}},
            {"pymdownx.tasklist": {"custom_checkbox": True}},
            # Anchors as in the repository's own view of a page.
            {"toc": {"permalink": True, "slugify": slugify(case="lower")}},
        ],
        "plugins": [
            {"search": {"lang": "en"}},
            {
                "mkdocstrings": {
                    "handlers": {"python": {"paths": [str(sources)], "options": _PYTHON}}
                }
            },
        ],
    }

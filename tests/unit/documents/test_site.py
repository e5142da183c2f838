"""The site: whole, of this machine alone, and with every page in its navigation."""

from __future__ import annotations

import json
import re
import shutil
from html.parser import HTMLParser
from pathlib import Path

import pytest

from whiteroom_monitoring.documents import links, navigation, site, sources
from whiteroom_monitoring.web.site_files import POLICY, is_site

# What makes a browser load something, as tag and attribute.
_LOADING = {
    ("script", "src"), ("img", "src"), ("iframe", "src"), ("source", "src"), ("video", "src"),
    ("audio", "src"), ("embed", "src"), ("object", "data"), ("form", "action"),
}  # fmt: skip
_PASSIVE = {"canonical", "prev", "next", "alternate"}
_ELSEWHERE = re.compile(r"(https?:)?//", re.IGNORECASE)
_STYLE_URL = re.compile(r"""(?:url\(|@import\s+)['"]?((?:https?:)?//[^'")\s]+)""", re.IGNORECASE)


class Loads(HTMLParser):
    """Collects what a page makes a browser ask of other servers."""

    def __init__(self) -> None:
        super().__init__()
        self.elsewhere: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        loaded = [values[name] for of, name in _LOADING if of == tag and name in values]
        if tag == "link" and not _PASSIVE & set(values.get("rel", "").split()):
            loaded.append(values.get("href", ""))
        loaded += _STYLE_URL.findall(values.get("style", ""))
        self.elsewhere += [url for url in loaded if _ELSEWHERE.match(url)]


def asked_elsewhere(text: str) -> list[str]:
    """Return the addresses on other servers that a page loads."""
    parser = Loads()
    parser.feed(text)
    inline = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    return parser.elsewhere + [url for style in inline for url in _STYLE_URL.findall(style)]


def test_no_page_loads_anything_from_elsewhere(built_site: Path) -> None:
    """Every script, style, font and picture of every page comes from the site itself."""
    wrong = {
        str(page.relative_to(built_site)): urls
        for page in built_site.rglob("*.html")
        if (urls := asked_elsewhere(page.read_text(encoding="utf-8")))
    }
    styles = {
        str(style.relative_to(built_site)): urls
        for style in built_site.rglob("*.css")
        if (urls := _STYLE_URL.findall(style.read_text(encoding="utf-8")))
    }
    assert (wrong, styles) == ({}, {})


@pytest.mark.parametrize(
    "text",
    [
        '<script src="https://cdn.example/x.js"></script>',
        '<link rel="stylesheet" href="//fonts.example/css">',
        '<img src="http://pictures.example/a.png">',
        "<style>@import 'https://fonts.example/css';</style>",
    ],
)
def test_a_request_elsewhere_is_found(text: str) -> None:
    """A script, a font or a picture of another server is named."""
    assert len(asked_elsewhere(text)) == 1


def test_every_page_is_searchable_and_in_the_navigation(built_site: Path) -> None:
    """Each page of the folders is in the index of the search, and linked from the navigation."""
    index = json.loads((built_site / "search/search_index.json").read_text(encoding="utf-8"))
    found = {entry["location"].partition("#")[0] for entry in index["docs"]}
    places = [place for place in sources.pages().values() if place.endswith(".md")]
    html = {re.sub(r"(^|/)README\.md$", r"\1index.md", p).replace(".md", ".html") for p in places}
    assert html <= found
    linked = json.dumps(navigation.navigation(dict.fromkeys(places, "")))
    assert [place for place in places if f'"{place}"' not in linked] == []


def test_a_new_folder_comes_by_itself() -> None:
    """A page in a folder that has no section yet is in the navigation, under "More"."""
    tree = navigation.navigation({"index.md": "", "drills/first.md": "# A drill"})
    assert tree == [{"Start": "index.md"}, {"More": [{"A drill": "drills/first.md"}]}]


def test_every_inline_script_is_in_the_policy(built_site: Path) -> None:
    """The policy of the site names each of its inline scripts, and no other server."""
    policy = (built_site / POLICY).read_text(encoding="utf-8")
    assert policy == site.content_security_policy(built_site)
    assert "sha256-" in policy
    assert "http" not in policy
    assert is_site(built_site)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("[a](nowhere.md)", "nowhere.md"),
        ("[a](glossary.md#no-such-term)", "no-such-term"),
        ("![a](no-picture.png)", "no-picture.png"),
    ],
)
def test_a_link_that_leads_nowhere_ends_the_build(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, said: str
) -> None:
    """A missing page, anchor or picture is an error that names it, and nothing is written."""
    pages = tmp_path / "docs"
    (pages / "reference").mkdir(parents=True)
    (pages / "reference/glossary.md").write_text("# Glossary\n")
    (pages / "index.md").write_text("# Start\n\n[Glossary](reference/glossary.md)\n")
    (pages / "reference/page.md").write_text(f"# Page\n\n{line}\n")
    monkeypatch.setattr(sources, "pages", dict)
    monkeypatch.setattr(site, "assemble", lambda folder: _copy(pages, folder))
    with pytest.raises(site.SiteError, match=said):
        site.build(tmp_path / "site")
    assert not (tmp_path / "site").exists()


def _copy(pages: Path, folder: Path) -> dict[str, str]:
    shutil.copytree(pages, folder)
    (folder / "style").mkdir()
    (folder / "style/site.css").write_text("")
    return {
        str(path.relative_to(folder)): path.read_text(encoding="utf-8")
        for path in folder.rglob("*.md")
    }


def test_links_follow_the_pages_to_their_places() -> None:
    """A link between folders of the repository becomes one between places of the site."""
    places = {"docs/a/b.md": "a/b.md", "runbooks/README.md": "runbooks/README.md"}
    text = "[x](../../runbooks/README.md#top) [y](../../runbooks/) [z](../../src/main.cpp) [w](#w)"
    expected = (
        "[x](../runbooks/README.md#top) [y](../runbooks/README.md) "
        "z (`main.cpp` in the repository) [w](#w)"
    )
    assert links.rewrite(text, "docs/a/b.md", places) == expected


def test_blocks_of_code_stay_as_they_are() -> None:
    """What looks like a link within a fenced block is code."""
    text = "```cpp\n[x](y.md)\n```\n"
    assert links.rewrite(text, "docs/a.md", {"docs/a.md": "a.md"}) == text


def test_a_site_is_current_until_a_page_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fingerprint beside the pages tells whether they were made of the present sources."""
    (tmp_path / site.FINGERPRINT).write_text(site.fingerprint())
    assert site.is_current(tmp_path)
    pages = sources.pages()
    pages.pop("docs/index.md")
    monkeypatch.setattr(sources, "pages", lambda: pages)
    assert not site.is_current(tmp_path)


def test_a_folder_of_something_else_is_left_alone(tmp_path: Path) -> None:
    """Only an empty folder and an earlier site are replaced; of anything else nothing is lost."""
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(site.SiteError, match="something else than a site"):
        site.build(tmp_path)
    assert (tmp_path / "thesis.txt").read_text() == "mine"


def test_a_missing_extra_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without MkDocs, the message has the command that installs it."""
    monkeypatch.setitem(__import__("sys").modules, "mkdocs.config.base", None)
    monkeypatch.setattr(sources, "pages", dict)
    with pytest.raises(site.ExtraMissingError, match=r"pip install .*\[docs\]"):
        site.build(tmp_path / "site")


def test_the_search_prefers_guides_to_decisions() -> None:
    """A page says to the search what its section weighs, a named page what it weighs itself."""
    assert site.weighed("how-to/setup.md", "# A").startswith("---\nsearch:\n  boost: 4.5\n---\n")
    assert site.weighed("how-to/other.md", "# A").startswith("---\nsearch:\n  boost: 3\n---\n")
    assert site.weighed("reference/logs.md", "# A") == "# A"
    assert site.weighed("how-to/setup.md", "---\na: 1\n---\n# A") == "---\na: 1\n---\n# A"

"""The laws of the assets: what a browser gets is what was written, without its comments."""

from __future__ import annotations

import gzip
import re

import pytest

from whiteroom_monitoring.inbox import page as inbox
from whiteroom_monitoring.web import assets, console

SCRIPTS = [
    pytest.param(page.assets(), name, id=name)
    for page in (console, inbox)
    for name in page.assets()
    if name.endswith(".js") and (assets.FOLDER / name).is_file()
]


def code_lines(script: str) -> list[str]:
    """Return each line without comments: one line after the other, unlike `without_comments`."""
    lines, inside = [], False
    for line in script.split("\n"):
        text = line.strip()
        starts = text.startswith("/**") and "*/" not in text
        whole = text.startswith("//") or re.fullmatch(r"/\*\*[^*]*\*/", text)
        is_comment = inside or starts or whole
        inside = (inside or starts) and not text.endswith("*/")
        lines.append("" if is_comment else re.sub(r"/\*\* @type [^*]*\*/ ?", "", line))
    return lines


@pytest.mark.parametrize(("served", "name"), SCRIPTS)
def test_scripts_are_sent_without_comments_and_with_all_their_code(
    served: assets.Assets, name: str
) -> None:
    """Every line of code arrives, under its number, and no comment does."""
    source = (assets.FOLDER / name).read_text(encoding="utf-8")
    assert served[name].content.decode().split("\n") == code_lines(source)


def test_code_between_two_comments_stays() -> None:
    """A cast at the start of a line does not swallow what follows it."""
    script = "f(\n  /** @type {A} */ a,\n  b,\n);\n/** Says so. */\ng();\n"
    assert assets.without_comments(script) == "f(\n  a,\n  b,\n);\n\ng();\n"


def test_an_address_changes_with_the_content() -> None:
    """Assets of other files have another base; the same ones have the same."""
    base = assets.Assets(["shared"]).base
    assert assets.Assets(["shared"]).base == base
    assert assets.Assets(["shared", "inbox"]).base != base


def test_modules_are_found_in_any_depth() -> None:
    """A page's script names the modules that its modules import, each once, and no others."""
    modules = console.assets().imported_by("console/pages/dashboard.js")
    assert len(modules) == len(set(modules))
    assert {"shared/dom.js", "console/charts/symbols.js", "console/panels/stat.js"} <= set(modules)
    assert "console/pages/home.js" not in modules
    assert console.assets().imported_by("shared/dom.js") == []


def test_neither_tests_nor_types_are_served() -> None:
    """A browser gets scripts, styles and pictures alone."""
    names = set(console.assets()) | set(inbox.assets())
    assert not [name for name in names if ".test." in name or name.endswith((".ts", ".json"))]


def test_what_is_compressed_is_the_content() -> None:
    """A browser that takes gzip gets the same."""
    asset = console.assets()["shared/dom.js"]
    assert gzip.decompress(asset.compressed) == asset.content


def test_the_scripts_of_all_pages_are_small() -> None:
    """All scripts of ours together are 80 kB at most, as they are sent."""
    sent = {name: len(served[name].compressed) for served, name in (p.values for p in SCRIPTS)}
    assert len(sent) > 40
    assert sum(sent.values()) <= 80_000


def test_no_page_names_an_address_elsewhere() -> None:
    """No script, style or page of ours names an address elsewhere, but for namespaces of XML."""
    files = [path for path in assets.FOLDER.rglob("*") if path.suffix in {".js", ".css", ".html"}]
    text = "\n".join(
        path.read_text(encoding="utf-8") for path in files if ".test." not in path.name
    )
    addresses = set(re.findall(r"(?:https?:)?//[\w.-]+\.[a-z]{2,}[\w/.-]*", text))
    assert addresses == {"http://www.w3.org/2000/svg"}

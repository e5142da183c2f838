"""Every block of code on the pages has a language and is what it says it is."""

from __future__ import annotations

import ast
import json
import subprocess
import tomllib
from collections.abc import Callable

import pytest
import yaml

from tests.support.paths import ROOT
from whiteroom_monitoring.documents import sources
from whiteroom_monitoring.documents.blocks import Block, blocks
from whiteroom_monitoring.promql.parse import parse

# The tests of the tutorials compile these; here, they are only known.
COMPILED = frozenset({"cmake", "cpp", "js", "swift"})
PLAIN = frozenset({"text"})
TEXTS = {
    **sources.read(sources.pages()),
    "README.md": (ROOT / "README.md").read_text(encoding="utf-8"),
}
BLOCKS = [block for name, text in TEXTS.items() for block in blocks(name, text)]


def _shell(text: str) -> None:
    done = subprocess.run(["bash", "-n"], input=text, text=True, capture_output=True, check=False)
    if done.returncode:
        raise ValueError(done.stderr)


def _promql(text: str) -> None:
    """One expression, or one in each line."""
    try:
        parse(text)
    except ValueError:
        for line in filter(None, map(str.strip, text.splitlines())):
            parse(line)


PARSERS: dict[str, Callable[[str], object]] = {
    "json": json.loads,
    "promql": _promql,
    "python": ast.parse,
    "sh": _shell,
    "toml": tomllib.loads,
    "yaml": yaml.safe_load,
}


def fault(block: Block) -> str:
    """Return what is wrong with a block, or nothing."""
    place = f"{block.page}:{block.line}"
    if block.language in COMPILED | PLAIN:
        return ""
    if block.language not in PARSERS:
        known = ", ".join(sorted(COMPILED | PLAIN | PARSERS.keys()))
        return f"{place}: language {block.language!r}; expected one of {known}"
    try:
        PARSERS[block.language](block.text)
    except (ValueError, SyntaxError, yaml.YAMLError) as error:
        return f"{place}: no {block.language}: {error}"
    return ""


def test_every_block_is_what_it_says() -> None:
    """Each fenced block has a known language, and is parsed as what it claims to be."""
    assert [said for block in BLOCKS if (said := fault(block))] == []
    assert len(BLOCKS) > 100


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("", "echo\n"),
        ("bash", "echo\n"),
        ("sh", "if true\n"),
        ("python", "def f(:\n"),
        ("toml", "a = \n"),
        ("yaml", "a: [\n"),
        ("json", "{'a': 1}\n"),
        ("promql", "sum by (a\n"),
    ],
)
def test_a_wrong_block_is_found(language: str, text: str) -> None:
    """A block without a language, of an unknown one, or that does not parse is named."""
    [block] = blocks("page.md", f"```{language}\n{text}```\n")
    assert fault(block).startswith("page.md:1: ")


def test_a_mark_gives_its_reason() -> None:
    """The reason before a block belongs to it, and not to the next one."""
    text = "<!-- not run: it needs root -->\n\n```sh\na\n```\n\n   ```sh\n   b\n   ```\n"
    marked, other = blocks("page.md", text)
    assert (marked.reason, marked.line, marked.text) == ("it needs root", 3, "a\n")
    assert (other.reason, other.text) == ("", "b\n")


def test_cpp_outside_the_tutorials_is_quoted_from_them() -> None:
    """Each line of C++ in a how-to guide stands in a tutorial, which the tests compile."""
    compiled = "".join(text for name, text in TEXTS.items() if "/tutorials/" in name)
    lines = {line.strip() for line in compiled.splitlines()}
    quoted = [
        line
        for block in BLOCKS
        if block.language == "cpp" and "/how-to/" in block.page
        for line in block.text.splitlines()
    ]
    assert quoted
    assert [line for line in quoted if line.strip() not in lines] == []

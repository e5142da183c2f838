"""The page of commands and their options, from the parsers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from whiteroom_monitoring.documents.references.markdown import code, page, table

PATH = "docs/reference/commands.md"
_WIDTH = 88
# A default that differs between users.
_SEGMENTS = re.compile(r"/dev/shm/whiteroom-[^\s)]+")


def render(commands: Any) -> str:
    """Return the page. ``commands`` are parsers by the name of their command."""
    parts = [part for name, parser in commands.items() for part in _command(name, parser)]
    names = (f"[{name}](#whiteroom-{name})" for name in commands)
    return page(
        "the commands' parsers",
        "Commands",
        "Every command of `whiteroom` and its options. Exit status: 0 success, 1 failure, 2 wrong "
        "usage, 130 interrupted.",
        ", ".join(names) + ".",
        *parts,
    )


def _command(name: str, parser: Any) -> Iterator[str]:
    yield f"## whiteroom {name}"
    yield parser.description or ""
    yield "```text\n" + _usage(parser) + "\n```"
    yield table(["option", "meaning"], _options(parser))
    if parser.epilog:
        yield "```text\n" + parser.epilog.strip("\n") + "\n```"


def _options(parser: Any) -> Iterator[list[str]]:
    formatter = _formatter(parser)
    for action in parser._actions:
        if action.help and action.help != "==SUPPRESS==" and action.dest != "help":
            names = formatter._format_action_invocation(action)
            meaning = _SEGMENTS.sub("/dev/shm/whiteroom-UID", formatter._expand_help(action))
            yield [code(names), meaning.replace("<", "&lt;")]


def _usage(parser: Any) -> str:
    formatter = _formatter(parser)
    formatter.add_usage(parser.usage, parser._actions, parser._mutually_exclusive_groups)
    return str(formatter.format_help()).strip()


def _formatter(parser: Any) -> Any:
    """Return the parser's formatter, as wide on every terminal."""
    return parser.formatter_class(prog=parser.prog, width=_WIDTH)

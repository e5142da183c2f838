"""``whiteroom man``: prints the manual page, which follows from the parsers."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from whiteroom_monitoring import __version__


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom man``."""
    parser.epilog = "example:\n  whiteroom man > ~/.local/share/man/man1/whiteroom.1"


def run(arguments: argparse.Namespace) -> int:
    """Print the page as troff, see man(7)."""
    from whiteroom_monitoring.cli.main import build_parser  # noqa: PLC0415

    print("\n".join(_page(build_parser(every=True))))
    return 0


def _page(parser: argparse.ArgumentParser) -> Iterator[str]:
    yield f'.TH WHITEROOM 1 "" "whiteroom {__version__}" "User Commands"'
    yield from (".SH NAME", rf"whiteroom \- {_troff(parser.description or '')}")
    yield from (".SH SYNOPSIS", r".B whiteroom", r"\fICOMMAND\fR [\fIOPTION\fR ...]")
    yield ".SH COMMANDS"
    [subparsers] = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    for name, subparser in subparsers.choices.items():
        yield from (f".SS {_troff(name)}", _troff(subparser.description or ""))
        for action in subparser._actions:
            if action.help and action.help != argparse.SUPPRESS and action.dest != "help":
                yield from _option(action, subparser)
        yield from _verbatim(subparser.epilog)
    yield ".SH NOTES"
    yield from _verbatim(parser.epilog)


def _option(action: argparse.Action, parser: argparse.ArgumentParser) -> Iterator[str]:
    formatter = parser._get_formatter()
    yield ".TP"
    yield rf"\fB{_troff(formatter._format_action_invocation(action))}\fR"
    yield _troff(formatter._expand_help(action))


def _verbatim(text: str | None) -> Iterator[str]:
    if text:
        yield from (".PP", ".nf", *map(_troff, text.rstrip().splitlines()), ".fi")


def _troff(text: str) -> str:
    """Return a line of text for troff.

    >>> _troff("--wait SECONDS"), _troff(".env")
    ('\\\\-\\\\-wait SECONDS', '\\\\&.env')
    """
    escaped = " ".join(text.split()) if not text.startswith(" ") else text
    escaped = escaped.replace("\\", r"\e").replace("-", r"\-")
    return rf"\&{escaped}" if escaped.startswith((".", "'")) else escaped

"""Runbooks as this stack's readers need them: with its ports, its folder and its options.

They are written for a stack without options. What is read at night is copied and run, and must not
ask another stack, or none.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

from whiteroom_monitoring.deploy.paths import StackPaths, default_data

FOLDER = "runbooks"
# The data folder of root's stack without options, as runbooks write it.
WRITTEN_DATA = "/var/lib/whiteroom"
_COMMAND = re.compile(r"(?<![\w./-])whiteroom (up|down|status|logs|verify)\b(?!-)")
_FILTER = re.compile(r"(?<=sport = ):(\d+)")


def render(folder: Path, paths: StackPaths, shift: Callable[[str], str]) -> dict[str, str]:
    """Return the runbooks in ``folder`` and the pages of docs beside it, by path below config.

    ``shift`` moves the addresses of components to the stack's ports.
    """
    pages = [*folder.glob("*.md"), *(folder.parent / "docs").glob("*.md")]
    return {
        f"{FOLDER}/{page.name}": _render(page.read_text("utf-8"), paths, shift) for page in pages
    }


def _render(text: str, paths: StackPaths, shift: Callable[[str], str]) -> str:
    moved = _FILTER.sub(lambda port: f":{int(port[1]) + paths.port_offset}", shift(text))
    placed = moved.replace(WRITTEN_DATA, str(paths.data))
    options = command_options(paths)
    return _COMMAND.sub(lambda command: " ".join((command[0], *options)), placed)


def command_options(paths: StackPaths) -> tuple[str, ...]:
    """Return the options by which `whiteroom` finds this stack."""
    data = () if paths.data == default_data(paths.port_offset) else ("--data", str(paths.data))
    return (*data, *(("--port-offset", str(paths.port_offset)) if paths.port_offset else ()))

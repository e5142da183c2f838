"""Tables that commands print: by rich on a terminal, with colour, else as plain text."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

# Columns: longer than any line.
_UNLIMITED = 10_000


@dataclass(frozen=True)
class Cell:
    """A cell of a table, and its style in rich's words."""

    text: str
    style: str = ""


def print_rows(head: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
    """Print a table whose lines are never wrapped, so that programs can read it, too."""
    if not sys.stdout.isatty():
        texts = [[cell.text for cell in row] for row in rows]
        widths = [max(map(len, column)) for column in zip(head, *texts, strict=True)]
        for line in (head, *texts):
            print(*(text.ljust(width) for text, width in zip(line, widths, strict=True)), sep="  ")
        return
    # Here, because what is no terminal goes without: rich takes a fifth of the time of `status`.
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    console = Console(highlight=False, width=_UNLIMITED)
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="")
    for title in head:
        table.add_column(title, no_wrap=True)
    for row in rows:
        table.add_row(*(Text(cell.text, style=cell.style) for cell in row))
    console.print(table)

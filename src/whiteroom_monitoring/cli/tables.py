"""Tables that commands print, by rich; colour on a terminal only."""

from __future__ import annotations

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
    # Here, because `whiteroom --help` and `--json` go without.
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

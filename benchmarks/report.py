"""What a benchmark reports: rows of name, ours, peer, ratio, goal, met."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Row:
    """One measurement. ``peer`` and ``ratio`` are None where the goal is a figure of its own."""

    name: str
    unit: str
    ours: float
    goal: str
    met: bool
    peer: float | None = None
    ratio: float | None = None


def at_most(name: str, unit: str, ours: float, limit: float) -> Row:
    """Return the row of a figure that must not exceed ``limit``."""
    return Row(name, unit, ours, f"<= {limit:g}", ours <= limit)


def parser(description: str | None) -> argparse.ArgumentParser:
    """Return the command line that every benchmark has."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--json", action="store_true", help="print rows as JSON")
    return made


def show(rows: Sequence[Row], as_json: bool) -> int:
    """Print the rows; return 1 when a goal is missed, else 0."""
    if as_json:
        print(json.dumps([asdict(row) for row in rows], indent=2))
    else:
        _print_table(rows)
    return 0 if all(row.met for row in rows) else 1


def _print_table(rows: Sequence[Row]) -> None:
    head = ("measured", "ours", "peer", "ratio", "goal", "met")
    cells = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    for line in cells:
        print("  ".join(c.ljust(w) for c, w in zip(line, widths, strict=True)).rstrip())


def _cells(row: Row) -> tuple[str, ...]:
    peer = "-" if row.peer is None else f"{row.peer:.3g} {row.unit}"
    ratio = "-" if row.ratio is None else f"{row.ratio:.2f}"
    ours = f"{row.ours:.3g} {row.unit}".rstrip()
    return row.name, ours, peer, ratio, row.goal, "yes" if row.met else "NO"

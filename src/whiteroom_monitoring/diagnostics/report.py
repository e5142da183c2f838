"""Prints the results of checks: as one table for people, as one JSON document for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from typing import Any, TextIO

from whiteroom_monitoring.diagnostics.check import CheckResult, succeeded
from whiteroom_monitoring.diagnostics.diagnostic import Diagnostic, FilePlace

COLUMNS = ("check", "area", "state", "seen", "expected")
_STYLES = {"ok": "green", "failed": "red", "skipped": "yellow"}
# Wide enough that nothing is folded where no terminal says how wide it is.
_UNFOLDED = 10_000


def as_json(results: Sequence[CheckResult]) -> str:
    """Return the results as the JSON of schemas/checks.schema.json."""
    report = {"ok": succeeded(results), "checks": [_result(result) for result in results]}
    return json.dumps(report, indent=2, ensure_ascii=False)


def _result(result: CheckResult) -> dict[str, Any]:
    report: dict[str, Any] = {
        "id": result.id,
        "area": result.area,
        "state": result.state,
        "seen": result.seen,
        "expected": result.expected,
        "remedy": result.remedy,
        "seconds": result.seconds,
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in result.diagnostics],
    }
    if result.state == "skipped":
        report["reason"] = result.seen
    return report


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    place = diagnostic.place
    position = (
        {"path": str(place.path), "line": place.line, "column": place.column}
        if isinstance(place, FilePlace)
        else {"thing": str(place)}
    )
    return {
        **position,
        "problem": diagnostic.problem,
        "found": diagnostic.found,
        "expected": diagnostic.expected,
        "remedy": diagnostic.remedy,
    }


def print_table(results: Sequence[CheckResult], out: TextIO | None = None) -> None:
    """Print a row for each check, then all details and a sum. Colour only on a terminal."""
    # Only this needs it, and it takes a while to import.
    from rich.console import Console  # noqa: PLC0415
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    out = out or sys.stdout
    console = Console(file=out, width=None if out.isatty() else _UNFOLDED, highlight=False)
    table = Table(*COLUMNS, box=None, pad_edge=False, header_style="bold")
    for result in results:
        state = Text(result.state, _STYLES[result.state])
        cells = (result.id, result.area, state, result.seen, result.expected)
        table.add_row(*(cell if isinstance(cell, Text) else Text(cell) for cell in cells))
    with console.capture() as rows:
        console.print(table)
    print("\n".join(row.rstrip() for row in rows.get().splitlines()), file=out)
    for line in _details(results):
        console.print(Text(line), soft_wrap=True)
    console.print(Text(summary(results)))


def _details(results: Sequence[CheckResult]) -> Iterator[str]:
    for result in results:
        remedy = f" ({result.remedy})" if result.remedy else ""
        if result.state == "skipped":
            yield f"{result.id} skipped: {result.seen}{remedy}"
        elif result.state == "failed":
            lines = [str(diagnostic) for diagnostic in result.diagnostics]
            yield f"\n{result.id}:"
            yield from (f"  {line}" for line in lines or [f"{result.seen}{remedy}"])


def summary(results: Sequence[CheckResult]) -> str:
    """Return how many checks have which state, such as `3 ok, 1 failed`."""
    states = [result.state for result in results]
    return ", ".join(f"{states.count(state)} {state}" for state in _STYLES if state in states)

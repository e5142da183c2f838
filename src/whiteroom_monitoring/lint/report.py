"""Prints the results of checks: as a table for people, as JSON for programs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from whiteroom_monitoring.diagnostics import Diagnostic
from whiteroom_monitoring.lint.checks import Result

_COLUMNS = ("check", "area", "state", "seen", "expected")


def as_json(results: Sequence[Result]) -> dict[str, Any]:
    """Return the results as schemas/check.schema.json describes them."""
    return {
        "ok": all(result.state != "failed" for result in results),
        "checks": [_check(result) for result in results],
    }


def _check(result: Result) -> dict[str, Any]:
    report: dict[str, Any] = {
        "id": result.id,
        "area": result.area,
        "state": result.state,
        "seen": result.outcome.seen,
        "expected": result.outcome.expected,
        "seconds": round(result.seconds, 3),
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in result.outcome.diagnostics],
    }
    if result.outcome.skipped is not None:
        report["reason"] = result.outcome.skipped
    return report


def _diagnostic(diagnostic: Diagnostic) -> dict[str, Any]:
    return {
        "path": str(diagnostic.path),
        "line": diagnostic.line,
        "column": diagnostic.column,
        "problem": diagnostic.problem,
        "remedy": diagnostic.remedy,
    }


def as_table(results: Sequence[Result]) -> str:
    """Return a line for each check, then why some were skipped, then every diagnostic."""
    rows = [_COLUMNS, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(_COLUMNS))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    ]
    return "\n".join([*lines, *_skipped(results), *_diagnostics(results)])


def _skipped(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        if result.outcome.skipped is not None:
            yield f"{result.id} skipped: {result.outcome.skipped}"


def _diagnostics(results: Sequence[Result]) -> Iterator[str]:
    for result in results:
        if result.outcome.diagnostics:
            yield f"\n{result.id}:"
            yield from (f"  {diagnostic}" for diagnostic in result.outcome.diagnostics)


def _row(result: Result) -> tuple[str, ...]:
    seen, expected = result.outcome.seen, result.outcome.expected
    return result.id, result.area, result.state, seen, expected

"""What a proof reports: one row for each check, as a table for people or as JSON for programs."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Literal, TextIO

State = Literal["ok", "failed", "skipped"]

_COLOURS = {"ok": "32", "failed": "31", "skipped": "33"}


@dataclass(frozen=True)
class Check:
    """One check: what was seen, what was expected, and how many ``seconds`` it took."""

    id: str
    area: str
    state: State
    seen: str
    expected: str
    seconds: float


def succeeded(checks: Sequence[Check]) -> bool:
    """Tell whether no check failed; a skipped one says why and fails nothing."""
    return all(check.state != "failed" for check in checks)


def print_table(checks: Sequence[Check], out: TextIO | None = None) -> None:
    """Print a row for each check, and a line that sums them up. Colour only on a terminal."""
    out = out or sys.stdout
    coloured = out.isatty() and "NO_COLOR" not in os.environ
    widths = [max((len(getattr(c, key)) for c in checks), default=0) for key in ("id", "state")]
    for check in checks:
        state = check.state.ljust(widths[1])
        if coloured:
            state = f"\033[{_COLOURS[check.state]}m{state}\033[0m"
        print(f"{state}  {check.id.ljust(widths[0])}  {check.seen}", file=out)
        if check.state == "failed":
            print(f"{' ' * widths[1]}  {' ' * widths[0]}  expected: {check.expected}", file=out)
    counts = {s: sum(check.state == s for check in checks) for s in ("ok", "failed", "skipped")}
    print(", ".join(f"{count} {state}" for state, count in counts.items() if count), file=out)


def as_json(checks: Sequence[Check]) -> str:
    """Return the checks as the JSON of schemas/report.schema.json."""
    content = {"ok": succeeded(checks), "checks": [asdict(check) for check in checks]}
    return json.dumps(content, indent=2, ensure_ascii=False)

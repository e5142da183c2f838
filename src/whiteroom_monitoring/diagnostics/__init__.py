"""One framework for everything that is checked: lint, probes and drills.

A `Check` looks at something and returns what it saw. It raises `CheckFailed`, with a `Diagnostic`
for each thing that is wrong, or `CheckSkipped`. The result is a `CheckResult`: a row of the table,
an object of the JSON.
"""

from __future__ import annotations

from whiteroom_monitoring.diagnostics.check import (
    Check,
    CheckFailed,
    CheckResult,
    CheckSkipped,
    State,
    check,
    require_none,
    succeeded,
)
from whiteroom_monitoring.diagnostics.diagnostic import (
    Diagnostic,
    DiagnosticsError,
    FilePlace,
    Place,
    Thing,
)

__all__ = [
    "Check",
    "CheckFailed",
    "CheckResult",
    "CheckSkipped",
    "Diagnostic",
    "DiagnosticsError",
    "FilePlace",
    "Place",
    "State",
    "Thing",
    "check",
    "require_none",
    "succeeded",
]

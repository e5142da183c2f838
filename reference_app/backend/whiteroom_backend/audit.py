"""Which of White Room's dependencies have known vulnerabilities: the report that CI writes.

The format is that of ``pip-audit --format json``: https://github.com/pypa/pip-audit#json
"""

from __future__ import annotations

import json
from typing import Any, get_args

from whiteroom_backend.file_watch import UnusableError
from whiteroom_backend.recorder import Severity

SEVERITIES: tuple[Severity, ...] = get_args(Severity)


def parse(text: str) -> dict[Severity, int]:
    """Return how many vulnerabilities of each severity a report has. Raises UnusableError."""
    try:
        report = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnusableError(f"expected JSON: {error}") from error
    counts = dict.fromkeys(SEVERITIES, 0)
    for dependency in _list(report, "dependencies"):
        # A dependency that pip-audit has skipped has a reason instead.
        if isinstance(dependency, dict) and "skip_reason" in dependency:
            continue
        for vulnerability in _list(dependency, "vulns"):
            counts[_severity(vulnerability)] += 1
    return counts


def _list(holder: Any, name: str) -> list[Any]:
    items = holder.get(name) if isinstance(holder, dict) else None
    if not isinstance(items, list):
        raise UnusableError(f"expected an object with a list {name!r}, as pip-audit writes it")
    return items


def _severity(vulnerability: Any) -> Severity:
    stated = vulnerability.get("severity") if isinstance(vulnerability, dict) else None
    named = stated.lower() if isinstance(stated, str) else ""
    return next((severity for severity in SEVERITIES if severity == named), "unknown")

"""Finds the checks of a package, and makes them: adding one is adding its function, in its file."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from whiteroom_monitoring.diagnostics.check import Check, CheckResult, Subject


def discover(package: str) -> list[Check[Any]]:
    """Return the checks of a package's modules, by the name of the module, as they stand in it.

    A module has a check as a member, or several alike in a tuple.
    """
    checks: list[Check[Any]] = []
    for module in _modules(package):
        for member in vars(importlib.import_module(module)).values():
            members = member if isinstance(member, tuple) else (member,)
            checks += [item for item in members if isinstance(item, Check) and _is_of(item, module)]
    return checks


def _is_of(check: Check[Any], module: str) -> bool:
    """Return whether the check is written in the module, and not only imported there."""
    return check.run.__module__ == module


def _modules(package: str) -> list[str]:
    path = importlib.import_module(package).__path__
    return sorted(module.name for module in pkgutil.walk_packages(path, f"{package}."))


def results(
    checks: Sequence[Check[Subject]],
    subject: Subject,
    progress: Callable[[str], None] = lambda name: None,
) -> list[CheckResult]:
    """Make the checks and return their results, in the order of ``checks``.

    Those that run programs are started first and run beside the others. ``progress`` is told the id
    of the one that is waited for.
    """
    with ThreadPoolExecutor(max_workers=max(1, len(checks))) as pool:
        started = {
            check.id: pool.submit(check.result, subject) for check in checks if check.programs
        }
        by_id: dict[str, CheckResult] = {}
        for check in sorted(checks, key=lambda check: check.programs):
            progress(check.id)
            future = started.get(check.id)
            by_id[check.id] = future.result() if future else check.result(subject)
    return [by_id[check.id] for check in checks]

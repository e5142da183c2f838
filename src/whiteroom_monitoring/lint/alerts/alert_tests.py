"""Every alert is seen firing by a unit test, and every tested alert exists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from whiteroom_monitoring.catalogue import document
from whiteroom_monitoring.catalogue.document import Document, Place
from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError, check, require_none
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.promql.rule_files import Rule


@check("alert-tests", "alerts", "a unit test that sees each fire")
def alert_tests(workspace: Workspace) -> str:
    """No alert is without a unit test in which it fires."""
    return require_none(diagnostics(workspace.alerts, workspace.rule_tests), workspace.seen_alerts)


def diagnostics(alerts: Iterable[Rule], tests: Iterable[Path]) -> Iterator[Diagnostic]:
    """Yield tests of alerts that don't exist, then alerts that no test sees firing."""
    fired: set[str] = set()
    names = {rule.name for rule in alerts}
    for path in sorted(tests):
        try:
            file = document.read(path)
        except DiagnosticsError as error:
            yield from error.diagnostics
            continue
        for position, test in _alert_rule_tests(file):
            name = str(test.get("alertname"))
            if test.get("exp_alerts"):
                fired.add(name)
            if name not in names:
                remedy = did_you_mean(name, names)
                yield file.diagnostic(position, f"no alert is named {name}", remedy)
    for rule in alerts:
        if rule.name not in fired:
            problem = "no unit test sees it fire"
            yield rule.diagnostic(("alert",), problem, "add one below prometheus/tests")


def _alert_rule_tests(file: Document) -> Iterator[tuple[Place, dict[str, Any]]]:
    for case, _ in file.mappings(("tests",)):
        for pointer, test in file.mappings((*case, "alert_rule_test")):
            yield file.place((*pointer, "alertname")), test

"""An alert goes on firing by its expression: `keep_firing_for` is forgotten by a restart."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.promql.rule_files import Rule

_KEY = "keep_firing_for"


@check("keep-firing", "alerts", "alerts that a restart of Prometheus does not end")
def keep_firing(workspace: Workspace) -> str:
    """No alert relies on `keep_firing_for`, which Prometheus does not restore.

    https://github.com/prometheus/prometheus/issues/13957
    """
    return require_none(diagnostics(workspace.alerts), workspace.seen_alerts)


def diagnostics(alerts: Iterable[Rule]) -> Iterator[Diagnostic]:
    """Yield the alerts with `keep_firing_for`."""
    for rule in alerts:
        if _KEY in rule.raw:
            yield rule.diagnostic(
                (_KEY,),
                f"{_KEY}, which Prometheus forgets when it restarts, so that the alert ends",
                "let the expression hold for longer, such as max_over_time(…[5m])",
                "an expression that holds as long as the alert should",
            )

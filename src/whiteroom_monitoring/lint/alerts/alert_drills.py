"""Every alert is expected by a scenario of a drill, and its proof is of what is there now."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import CheckFailed, CheckSkipped, check
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.proofs import digest, ledger

_REMEDY = "run `whiteroom drill` with their names"


@check("alert-drills", "alerts", "a drill that proves each, since its last change")
def alert_drills(workspace: Workspace) -> str:
    """No alert is without a scenario; those without a proof that still holds are named."""
    files = sorted(workspace.project.files.drills.glob("*.toml"))
    scenarios = [path for path in files if path.name != digest.SETTINGS_FILE]
    expected = {n for path in scenarios for n in digest.expected(path.read_text(encoding="utf-8"))}
    if not scenarios:
        # It can be drilled as it is: see docs/reference/drills.md.
        return f"{workspace.seen_alerts}, no scenario: drills override every threshold"
    watchdog = workspace.project.alerts.watchdog
    missing = [
        rule.diagnostic(("alert",), "no scenario expects it", "add one to the folder of drills")
        for rule in workspace.alerts
        if rule.name not in expected | {watchdog}
    ]
    if missing:
        raise CheckFailed(workspace.seen_alerts, missing)
    return _standings(workspace)


def _standings(workspace: Workspace) -> str:
    """Return that all are proven. Raises CheckSkipped with the names of those that are not."""
    standings = ledger.standings(workspace.project, workspace.configuration.rules)
    never, changed = standings.names("never"), standings.names("changed")
    words = [f"never drilled: {', '.join(never)}"] if never else []
    words += [f"changed since their drill: {', '.join(changed)}"] if changed else []
    if words:
        raise CheckSkipped("; ".join(words), _REMEDY)
    return workspace.seen_alerts

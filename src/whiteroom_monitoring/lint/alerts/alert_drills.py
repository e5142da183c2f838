"""Every alert is expected by a scenario of a drill, and its proof is of what is there now."""

from __future__ import annotations

import tomllib
from pathlib import Path

from whiteroom_monitoring.diagnostics import CheckFailed, CheckSkipped, check
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.proofs import ledger

_REMEDY = "run `whiteroom drill` with their names"


@check("alert-drills", "alerts", "a drill that proves each, since its last change")
def alert_drills(workspace: Workspace) -> str:
    """No alert is without a scenario; those without a proof that still holds are named."""
    folder = workspace.project.files.drills
    expected = _expected(folder)
    if not expected:
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


def _expected(folder: Path) -> set[str]:
    texts = [path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.toml"))]
    contents = []
    for text in texts:
        try:
            contents.append(tomllib.loads(text))
        except tomllib.TOMLDecodeError:
            # `whiteroom drill` names what is wrong.
            continue
    return {
        str(alert["name"])
        for content in contents
        for alert in content.get("alerts", [])
        if "name" in alert
    }

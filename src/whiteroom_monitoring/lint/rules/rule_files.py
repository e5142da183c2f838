"""Rule files have the structure of rule files, and their expressions are PromQL."""

from __future__ import annotations

from whiteroom_monitoring.diagnostics import Diagnostic, FilePlace, check, require_none
from whiteroom_monitoring.diagnostics.check import count
from whiteroom_monitoring.lint.workspace import Workspace


@check("rule-files", "rules", "valid YAML, and expressions that parse")
def rule_files(workspace: Workspace) -> str:
    """Every rule file can be read, and there is one at least."""
    rules = workspace.configuration.rules
    diagnostics = rules.diagnostics
    if not rules.paths:
        folder = FilePlace(workspace.project.files.rules)
        diagnostics = (
            Diagnostic(folder, "the folder has no rule files *.yml", "name another folder"),
        )
    seen = f"{count(len(rules.rules), 'rule')} in {count(len(rules.paths), 'file')}"
    return require_none(diagnostics, seen)

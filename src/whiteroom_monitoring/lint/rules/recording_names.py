"""A recording rule is named level:metric:operations.

Source: https://prometheus.io/docs/practices/rules/
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from whiteroom_monitoring.diagnostics import Diagnostic, check, require_none
from whiteroom_monitoring.diagnostics.check import count
from whiteroom_monitoring.lint.workspace import Workspace
from whiteroom_monitoring.promql.rule_files import Rule

_NAME = re.compile(r"[a-z][a-z0-9_]*:[a-z][a-z0-9_]*:[a-z][a-z0-9_]*")


@check("recording-names", "rules", "level:metric:operations")
def recording_names(workspace: Workspace) -> str:
    """Every recording rule has a name of the recommended form."""
    recordings = workspace.configuration.rules.recordings
    return require_none(diagnostics(recordings), count(len(recordings), "recording rule"))


def diagnostics(recordings: Iterable[Rule]) -> Iterator[Diagnostic]:
    """Yield every name of another form."""
    for rule in recordings:
        if not _NAME.fullmatch(rule.name):
            problem = "expected a name of the form level:metric:operations"
            remedy = "for example instance:node_cpu:ratio_rate5m"
            yield rule.diagnostic(("record",), problem, remedy)

"""An alert leads to a dashboard that exists, where dashboards are at hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring.lint.alerts import alert_annotations
from whiteroom_monitoring.promql import rule_files
from whiteroom_monitoring.promql.series import SeriesIndex

RULES = """\
groups:
  - name: a
    rules:
      - alert: Loud
        expr: up == 0
        annotations: {dashboard: /d/tape/taape}
"""


@pytest.mark.parametrize(
    ("pages", "remedies"),
    [(("/d/tape/tape",), ["did you mean /d/tape/tape?"]), (("/d/tape/taape",), []), ((), [])],
)
def test_a_dashboard_that_does_not_exist_is_named(
    tmp_path: Path, pages: tuple[str, ...], remedies: list[str]
) -> None:
    """A page that no dashboard has is a diagnostic; without dashboards, nobody can know."""
    path = tmp_path / "rules.yml"
    path.write_text(RULES)
    alerts = rule_files.read([path]).alerts
    diagnostics = alert_annotations.diagnostics(alerts, SeriesIndex([], {}), (), pages)
    assert [diagnostic.remedy for diagnostic in diagnostics] == remedies

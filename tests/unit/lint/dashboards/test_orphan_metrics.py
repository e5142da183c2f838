"""Every metric is looked at, or somebody says why not."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.catalogue.model import Catalogue
from whiteroom_monitoring.lint.dashboards import orphan_metrics
from whiteroom_monitoring.promql import rule_files
from whiteroom_monitoring.promql.rule_files import RuleSet

METRICS = """\
domain: audio
program: juce-backend
metrics:
  - {name: audio_callbacks_total, type: counter, help: Callbacks., writers: many}
  - {name: audio_wait_seconds, type: summary, unit: seconds, help: Wait., writers: many}
"""
RULES = """\
groups:
  - name: audio
    rules:
      - record: job:audio_wait_seconds:rate5m
        expr: sum by (job) (rate(audio_wait_seconds_sum[5m]))
"""
ALERT = """\
      - alert: Wait
        expr: job:audio_wait_seconds:rate5m > 1
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    """Two metrics: the small dashboard looks at the first one."""
    folder = tmp_path / "catalogue"
    folder.mkdir()
    (folder / "audio.yaml").write_text(METRICS)
    return load(folder)


def _rules(folder: Path, text: str) -> RuleSet:
    path = folder / "audio.yml"
    path.write_text(text)
    return rule_files.read([path])


def test_metric_that_nobody_looks_at_is_a_diagnostic(written, catalogue, tmp_path: Path) -> None:
    """A recording that no alert and no panel uses looks at nothing."""
    [diagnostic] = orphan_metrics.diagnostics([written()], catalogue, _rules(tmp_path, RULES), {})
    assert diagnostic.problem == "audio_wait_seconds: no panel and no alert looks at it"
    assert (diagnostic.path.name, diagnostic.line) == ("audio.yaml", 5)


def test_alert_looks_through_a_recording(written, catalogue, tmp_path: Path) -> None:
    """An alert about a recording is one about the metric behind it."""
    assert not list(
        orphan_metrics.diagnostics([written()], catalogue, _rules(tmp_path, RULES + ALERT), {})
    )


def test_reason_excuses_as_long_as_it_is_needed(written, catalogue, tmp_path: Path) -> None:
    """A written reason is enough, and one about a metric that is looked at is out of date."""
    rules = _rules(tmp_path, RULES)
    reasons = {"audio_wait_seconds": "an example"}
    assert not list(orphan_metrics.diagnostics([written()], catalogue, rules, reasons))
    reasons["audio_callbacks_total"] = "another"
    [diagnostic] = orphan_metrics.diagnostics([written()], catalogue, rules, reasons)
    assert "its reason is out of date" in diagnostic.problem

"""A small infrastructure in which everything is right, for tests to break."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from whiteroom_monitoring.cli.main import main

PROMETHEUS = """\
global:
  scrape_interval: 15s
rule_files: [rules/*.yml]
scrape_configs:
  - job_name: juce-backend
    static_configs:
      - targets: ["127.0.0.1:8000"]
        labels: {service: engine}
  - job_name: node-exporter
    static_configs:
      - targets: ["127.0.0.1:9100"]
        labels: {service: host}
"""

RULES = """\
groups:
  - name: audio
    rules:
      - record: cause:audio_dropouts:rate5m
        expr: sum by (cause) (rate(audio_dropouts_total[5m]))
      - alert: AudioDropouts
        expr: |
          sum by (service, cause) (
            increase(audio_dropouts_total{cause!="device"}[5m])
          ) > 0
        for: 1m
        labels: {priority: P1, severity: high, team: audio}
        annotations:
          summary: Sound is lost.
          description: "Cause: {{ $labels.cause }}."
          runbook_url: https://example.com/runbooks/AudioDropouts.md
          dashboard: /d/whiteroom-alerts/alerts
      - alert: MetricsMissing
        expr: absent(audio_dropouts_total{service="engine"})
        labels: {priority: P2, severity: medium, team: audio}
        annotations:
          summary: Nobody knows.
          description: 'None.{{ range query "cause:audio_dropouts:rate5m" }}{{ . }}{{ end }}'
          runbook_url: https://example.com/runbooks/MetricsMissing.md
          dashboard: /d/whiteroom-alerts/alerts
"""

TESTS = """\
rule_files: [../rules/audio.yml]
evaluation_interval: 1m
tests:
  - interval: 1m
    input_series:
      - series: audio_dropouts_total{job="juce-backend", service="engine", cause="over_budget"}
        values: 0+1x10
    alert_rule_test:
      - eval_time: 10m
        alertname: AudioDropouts
        exp_alerts:
          - exp_labels:
              {service: engine, cause: over_budget, priority: P1, severity: high, team: audio}
            exp_annotations:
              summary: Sound is lost.
              description: "Cause: over_budget."
              runbook_url: https://example.com/runbooks/AudioDropouts.md
              dashboard: /d/whiteroom-alerts/alerts
  - interval: 1m
    alert_rule_test:
      - eval_time: 1m
        alertname: MetricsMissing
        exp_alerts:
          - exp_labels: {service: engine, priority: P2, severity: medium, team: audio}
            exp_annotations:
              summary: Nobody knows.
              description: None.
              runbook_url: https://example.com/runbooks/MetricsMissing.md
              dashboard: /d/whiteroom-alerts/alerts
"""

RUNBOOK = """\
# NAME

**For the musician:** silence.

**Priority:** P1.

**Condition:** sound is lost.

## First

1. How much?

   ```promql
   cause:audio_dropouts:rate5m
   ```

## Then

## When it is over

## Whom to call

## False alarms and limits
"""

ALERTMANAGER = """\
route:
  receiver: inbox
  routes:
    - matchers: ['priority=~"P0|P1"', 'team="audio"']
      receiver: inbox
receivers:
  - name: inbox
inhibit_rules:
  - source_matchers: [severity="critical"]
    target_matchers: [severity="high"]
    equal: [service]
"""


SCENARIO = """\
title = "Nobody records"
faults = []
alerts = [{ name = "AudioDropouts" }, { name = "MetricsMissing" }]
"""


@dataclass(frozen=True)
class Infrastructure:
    """The files below ``folder``, and the command that checks them."""

    folder: Path
    rules: Path = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "rules", self.folder / "prometheus/rules/audio.yml")

    def write(self, name: str, text: str) -> Path:
        """Write the file ``name`` and return its path."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def change(self, name: str, old: str, new: str) -> None:
        """Replace ``old``, which the file ``name`` must have, by ``new``."""
        text = (self.folder / name).read_text()
        assert old in text
        self.write(name, text.replace(old, new))


@pytest.fixture
def infrastructure(tmp_path: Path) -> Infrastructure:
    """Rules, their tests, a runbook and both configurations, all as they should be."""
    made = Infrastructure(tmp_path)
    made.write("prometheus/prometheus.yml", PROMETHEUS)
    made.write("prometheus/rules/audio.yml", RULES)
    made.write("prometheus/tests/audio.yml", TESTS)
    made.write("alertmanager/alertmanager.yml", ALERTMANAGER)
    for name in ("AudioDropouts", "MetricsMissing"):
        made.write(f"runbooks/{name}.md", RUNBOOK.replace("NAME", name))
    made.write("runbooks/README.md", "# Runbooks\n")
    made.write("drills/audio.toml", SCENARIO)
    return made


Report = dict[str, dict[str, object]]


@pytest.fixture
def check(
    infrastructure: Infrastructure, capsys: pytest.CaptureFixture[str]
) -> Callable[..., tuple[int, Report]]:
    """Return a function that runs `whiteroom check --json` and returns exit status and checks."""

    def run(*words: str) -> tuple[int, Report]:
        capsys.readouterr()
        status = main(["check", "--json", "--infrastructure", str(infrastructure.folder), *words])
        checks = json.loads(capsys.readouterr().out)["checks"]
        return status, {check["id"]: check for check in checks}

    return run

"""The laws of Loki's configuration: one text, and nothing that 3.x has removed."""

from __future__ import annotations

import re
from datetime import date

import yaml

from tests.support.paths import ROOT
from whiteroom_monitoring.logs.limits import Limits

OPERATORS = ROOT / "infrastructure/monitoring/loki/loki-config.yml"
DEFAULT = ROOT / "src/whiteroom_monitoring/deploy/configuration/defaults/loki-config.yml"
# Settings of 2.x that end a start of 3.x: https://grafana.com/docs/loki/latest/setup/upgrade/
REMOVED = ("boltdb", "shared_store", "enforce_metric_name", "chunk_store_config", "table_manager")


def test_what_operators_copy_is_what_a_project_gets() -> None:
    """A project without a configuration of Loki runs it as White Room does."""
    assert OPERATORS.read_text() == DEFAULT.read_text()


def test_it_is_for_loki_3() -> None:
    """The index is tsdb with schema v13, the compactor has retention, and nothing is of 2.x."""
    text = OPERATORS.read_text()
    content = yaml.safe_load(text)
    schema = content["schema_config"]["configs"][-1]
    assert (schema["store"], schema["schema"]) == ("tsdb", "v13")
    assert date.fromisoformat(schema["from"]) < date(2026, 1, 1)
    assert content["compactor"]["retention_enabled"]
    assert content["compactor"]["delete_request_store"]
    assert [name for name in REMOVED if re.search(rf"^\s*{name}", text, re.M)] == []


def test_its_limits_are_those_of_the_store() -> None:
    """Whoever moves to Loki finds the same limits."""
    limits, ours = yaml.safe_load(OPERATORS.read_text())["limits_config"], Limits()
    assert limits["max_line_size"] == f"{ours.max_line_size // 1024}KB"
    assert limits["retention_period"] == f"{ours.retention_period / 3600:.0f}h"
    age = f"{ours.reject_old_samples_max_age / 3600:.0f}h"
    assert limits["reject_old_samples_max_age"] == age
    assert limits["creation_grace_period"] == f"{ours.creation_grace_period / 60:.0f}m"
    for name in ("max_label_names_per_series", "max_global_streams_per_user"):
        assert limits[name] == getattr(ours, name)

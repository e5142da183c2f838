"""`whiteroom check --prometheus`: what a running Prometheus has is known, and the rest is wrong."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.json_server import json_server
from whiteroom_monitoring.cli.main import main

PROJECT = """
name = "reverb"
title = "Reverb"
[programs.reverb]
address = "127.0.0.1:9999"
[configuration]
rules = "rules"
"""
RULES = """
groups:
  - name: reverb
    rules:
      - {record: "reverb:tails:rate5m", expr: "rate(reverb_tails_total[5m])"}
"""
TAILS = {"reverb_tails_total": [{"type": "counter", "help": "", "unit": ""}]}


@pytest.mark.parametrize(("metadata", "status"), [(None, 0), (TAILS, 0), ({}, 1)])
def test_what_runs_is_known(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    metadata: dict[str, object] | None,
    status: int,
) -> None:
    """A name of a program that nobody has described is unknown without a Prometheus, and with one
    it is there or wrong."""
    (tmp_path / "whiteroom.toml").write_text(PROJECT)
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules/reverb.yml").write_text(RULES)
    command = ["check", "--project", str(tmp_path), "--only", "rule-metrics"]
    series = [{"__name__": name, "job": "reverb"} for name in metadata or ()]
    answers = {"/api/v1/metadata": {"data": metadata}, "/api/v1/series": {"data": series}}
    with json_server(answers) as url:
        options = [] if metadata is None else ["--prometheus", url]
        assert main([*command, *options]) == status
    assert ("reverb_tails_total" in capsys.readouterr().out) == bool(status)

"""Lines of crashes and of kills, as the kernel and programs write them, become counts."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.log_store import running_store
from tests.support.shipper import RunningShipper, running_shipper, write_config
from tests.support.wait import wait_until

WITHIN_S = 90
# Identifier, priority, message.
ENTRIES = [
    ("kernel", 6, "engine[812]: segfault at 0 ip 00007f3a1c2b sp 00007ffd error 4"),
    ("kernel", 4, "oom-kill:constraint=CONSTRAINT_MEMCG,nodemask=(null),task=postgres,pid=813"),
    ("kernel", 3, "Memory cgroup out of memory: Killed process 813 (postgres) total-vm:9146384kB"),
    ("kernel", 3, "Out of memory: Killed process 814 (engine) total-vm:9146384kB, anon-rss:614kB"),
    ("systemd", 5, "engine.service: Main process exited, code=dumped, status=6/ABRT"),
    ("engine", 6, "double free or corruption (out)"),
    ("engine", 6, "Aborted (core dumped)"),
    ("engine", 6, "no crash occurred"),
    ("engine", 6, "GET /rooms/oom-kill:1 HTTP/1.1"),
]  # fmt: skip
LOG = [
    ("info", "the song is open"),
    (
        "critical",
        'Traceback (most recent call last):\n  File "x.py", line 1, in <module>\nKeyError: 1',
    ),
    ("error", "Traceback (most recent call last):\n  caught"),
    ("error", "Swift/Array.swift:600: Fatal error: Index out of range"),
    ("warning", "a nonfatal error: retried"),
]
EXPECTED = {
    'log_pattern_matches_total{source="journal",program="kernel",pattern="crash"} 1',
    'log_pattern_matches_total{source="journal",program="kernel",pattern="out_of_memory"} 3',
    'log_pattern_matches_total{source="journal",program="systemd",pattern="crash"} 1',
    'log_pattern_matches_total{source="journal",program="engine",pattern="crash"} 2',
    'log_pattern_matches_total{source="app",program="app",pattern="crash"} 2',
    'log_lines_total{source="app",program="app",level="critical"} 1',
    'log_lines_total{source="app",program="app",level="error"} 2',
    'log_lines_total{source="app",program="app",level="info"} 1',
    'log_lines_total{source="app",program="app",level="warn"} 1',
    'log_lines_total{source="journal",program="engine",level="info"} 4',
    'log_lines_total{source="journal",program="kernel",level="error"} 2',
    'log_lines_total{source="journal",program="kernel",level="info"} 1',
    'log_lines_total{source="journal",program="kernel",level="warn"} 1',
    'log_lines_total{source="journal",program="systemd",level="info"} 1',
}


def _install_journal(folder: Path) -> None:
    """Make a journalctl that prints the entries, and stays."""
    # What was there before the shipper's first start is not counted.
    now_us = time.time_ns() // 1000 + 60_000_000
    entries = [
        {
            "__CURSOR": f"s=1;i={number:x};b=2",
            "__REALTIME_TIMESTAMP": str(now_us + number),
            "SYSLOG_IDENTIFIER": identifier,
            "PRIORITY": str(priority),
            "MESSAGE": message,
        }
        for number, (identifier, priority, message) in enumerate(ENTRIES)
    ]
    (folder / "entries").write_text("".join(f"{json.dumps(entry)}\n" for entry in entries))
    program = folder / "journalctl"
    program.write_text(f"#!/bin/sh\ncat {folder}/entries; exec sleep 600\n")
    program.chmod(0o755)


def _jobs(folder: Path) -> list[dict[str, Any]]:
    stages = [{"json": {"expressions": {"level": None}}}, {"labels": {"level": None}}]
    labels = {"job": "app", "service": "app", "__path__": f"{folder}/app.log"}
    canaries = {"job": "canary", "service": "app", "__path__": f"{folder}/canary.log"}
    relabeling = [
        {"source_labels": ["__journal_priority_keyword"], "target_label": "level"},
        {"source_labels": ["__journal_syslog_identifier"], "target_label": "service"},
    ]
    return [
        {
            "job_name": "app",
            "static_configs": [{"labels": labels}, {"labels": canaries}],
            "pipeline_stages": stages,
        },
        {"job_name": "journal", "journal": {"path": str(folder)}, "relabel_configs": relabeling},
    ]


def _counts(shipper: RunningShipper) -> set[str]:
    names = ("log_lines_total{", "log_pattern_matches_total{")
    lines = [line for line in shipper.metrics().splitlines() if line.startswith(names)]
    # A service has 0 of each level and pattern from its first line.
    return {line for line in lines if not line.endswith(" 0")}


def test_lines_that_are_shipped_become_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each line counts by its level, each of a crash or of a kill by its pattern."""
    _install_journal(tmp_path)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    lines = [json.dumps({"level": level, "message": text}) for level, text in LOG]
    (tmp_path / "app.log").write_text("\n".join([*lines, ""]), "utf-8")
    canary = json.dumps({"level": "critical", "message": "Aborted (core dumped)"})
    (tmp_path / "canary.log").write_text(f"{canary}\n", "utf-8")
    with running_store(tmp_path) as store:
        config = write_config(tmp_path, store.port, _jobs(tmp_path))
        with running_shipper(config) as shipper:
            wait_until(shipper.is_serving, within_s=WITHIN_S)
            sent = 'log_shipper_lines_sent_total{source="app"} 6\n'
            wait_until(lambda: sent in shipper.metrics(), within_s=WITHIN_S)
            wait_until(
                lambda: _counts(shipper) == EXPECTED,
                within_s=WITHIN_S,
                what=lambda: _counts(shipper) ^ EXPECTED,
            )

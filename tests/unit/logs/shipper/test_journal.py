"""Entries of the journal, as journalctl prints them, and what is told when it fails."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.wait import wait_until
from whiteroom_monitoring.logs.shipper.config import Journal, ScrapeConfig
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.positions import Positions
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources.journal import JournalReader
from whiteroom_monitoring.logs.shipper.stages.counting import CustomMetrics


def _entry(number: int, **fields: Any) -> str:
    cursor = f"s=1;i={number:x};b=2"
    told = {"__CURSOR": cursor, "__REALTIME_TIMESTAMP": str(10**15 + number), "PRIORITY": "3"}
    return json.dumps({**told, **fields})


def test_an_entry_that_can_not_be_read_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is no entry, and why journalctl has ended, is printed; the entries after it are read."""
    lines = [_entry(1, MESSAGE="first"), "{", json.dumps({"MESSAGE": "no cursor"})]
    lines += [_entry(2, MESSAGE=[104, 105]), _entry(3)]
    (tmp_path / "lines").write_text("\n".join([*lines, ""]), "utf-8")
    program = tmp_path / "journalctl"
    program.write_text(f"#!/bin/sh\ncat {tmp_path}/lines; echo no such file >&2; exit 1\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    reader = JournalReader(
        ScrapeConfig("j"),
        Journal(labels={"job": "j"}),
        Relabeling([]),
        Positions(tmp_path / "positions.json"),
        lambda clock: Pipeline([], CustomMetrics(), clock),
    )
    source, printed = reader.source, ""

    def is_told() -> bool:
        nonlocal printed
        printed += capfd.readouterr().out
        return "journalctl has ended: no such file" in printed

    try:
        wait_until(is_told, within_s=60)
    finally:
        source.close()
    chunk = source.read()
    assert chunk is not None
    assert [entry.line for entry in chunk.entries] == ["first", "hi"]
    assert printed.count("can't be read") == 2
    assert chunk.cursor.cursor == "s=1;i=2;b=2"

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


def _install(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Make a journalctl that is a script of the shell."""
    program = folder / "journalctl"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def _reader(folder: Path, path: str = "") -> JournalReader:
    return JournalReader(
        ScrapeConfig("j"),
        Journal(labels={"job": "j"}, path=path),
        Relabeling([]),
        Positions(folder / "positions.json"),
        lambda clock: Pipeline([], CustomMetrics(), clock),
    )


def test_an_entry_that_can_not_be_read_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """What is no entry, and why journalctl has ended, is printed; the entries after it are read."""
    lines = [_entry(1, MESSAGE="first"), "{", json.dumps({"MESSAGE": "no cursor"})]
    lines += [_entry(2, MESSAGE=[104, 105]), _entry(3)]
    (tmp_path / "lines").write_text("\n".join([*lines, ""]), "utf-8")
    _install(tmp_path, monkeypatch, f"cat {tmp_path}/lines; echo no such file >&2; exit 1")
    source, printed = _reader(tmp_path).source, ""

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


def test_a_journal_that_begins_later_is_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """journalctl follows the folders that it finds at its start; later ones are read, too."""
    (tmp_path / "lines").write_text(_entry(1, MESSAGE="first") + "\n", "utf-8")
    (tmp_path / "journal").mkdir()
    script = f"[ -d {tmp_path}/journal/machine ] && cat {tmp_path}/lines; exec sleep 60"
    _install(tmp_path, monkeypatch, f"touch {tmp_path}/started; {script}")
    source = _reader(tmp_path, f"{tmp_path}/journal").source
    try:
        wait_until((tmp_path / "started").exists, within_s=60)
        (tmp_path / "journal/machine").mkdir()
        chunk = wait_until(source.read, within_s=60)
    finally:
        source.close()
    assert [entry.line for entry in chunk.entries] == ["first"]
    assert "has ended" not in capfd.readouterr().out

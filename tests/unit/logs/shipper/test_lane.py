"""What a lane does with lines that are refused, and with sources that fail."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import orjson
import pytest

from whiteroom_monitoring.logs.shipper import lane as lanes
from whiteroom_monitoring.logs.shipper.config import Stage
from whiteroom_monitoring.logs.shipper.dead_letters import DeadLetters
from whiteroom_monitoring.logs.shipper.endpoints import Client
from whiteroom_monitoring.logs.shipper.entry import Entry
from whiteroom_monitoring.logs.shipper.lane import Lane
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.positions import Positions
from whiteroom_monitoring.logs.shipper.sources.source import Chunk
from whiteroom_monitoring.logs.shipper.stages.counting import CustomMetrics


class _Target:
    """Refuses pushes with a line that is bad, and keeps the lines of the others."""

    name = "target"

    def __init__(self) -> None:
        self.client = Client("http://target/", batchwait="0s")
        self.held: list[str] = []

    def push(self, streams: list[dict[str, Any]], tenant: str) -> tuple[int, str]:
        del tenant
        lines = [value[1] for stream in streams for value in stream["values"]]
        if any("bad" in line for line in lines):
            return 400, "refused"
        self.held += lines
        return 204, ""


class _Source:
    """Lines that can be read again, and an error that reading raises once."""

    name = job = "source"

    def __init__(self, lines: list[str], error: Exception | None = None) -> None:
        self.lines, self.error = lines, error
        self.pipeline = Pipeline([], CustomMetrics())
        self.committed = self.at = 0
        self.is_ended = False

    def read(self) -> Chunk | None:
        lines = self.lines[self.at :]
        if not lines:
            return None
        self.at = len(self.lines)
        if error := self.error:
            self.error = None
            raise error
        entries = [Entry(line, {"job": "x"}, n, 10**18) for n, line in enumerate(lines)]
        return Chunk(entries, self.at, len(entries))

    def rewind(self) -> bool:
        self.at = self.committed
        return True

    def commit(self, cursor: int) -> None:
        self.committed = cursor

    def close(self) -> None:
        """Do nothing."""


def _lane(folder: Path, source: _Source) -> tuple[Lane, _Target]:
    target = _Target()
    letters = DeadLetters(folder / "letters.jsonl")
    positions = Positions(folder / "positions.json")
    return Lane(source, target, positions, letters), target  # type: ignore[arg-type]


def test_each_good_line_among_many_bad_ones_is_taken(tmp_path: Path) -> None:
    """However many lines of a batch are refused, only those are, and no turn lasts for long."""
    lines = ["bad" if n % 5 == 0 else f"good {n}" for n in range(2000)]
    source = _Source(lines)
    lane, target = _lane(tmp_path, source)
    turns = 0
    while source.committed < len(lines):
        lane.step(turns)
        turns += 1
    assert target.held == [line for line in lines if line != "bad"]
    letters = (tmp_path / "letters.jsonl").read_bytes().splitlines()
    assert [orjson.loads(letter)["value"][1] for letter in letters] == ["bad"] * 400
    assert turns > 50


def test_a_source_that_fails_is_read_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """An error of any kind is printed, and the source goes on from what was acknowledged."""
    source = _Source(["a", "b"], RuntimeError("a defect"))
    lane, target = _lane(tmp_path, source)
    lane.step(0)
    assert "a defect" in capsys.readouterr().out
    lane.step(10**9)
    assert target.held == ["a", "b"]
    assert source.committed == 2


def test_a_line_that_a_stage_fails_on_is_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is kept with the error, not sent: a stage may have had to mask it. The others are sent."""

    def failing(stage: object, context: object) -> Any:
        del stage, context

        def apply(entry: Entry) -> bool:
            return 1 // len(entry.line) >= 0

        return apply

    monkeypatch.setitem(_simple(), "output", failing)
    source = _Source(["a", "b"])
    source.pipeline = Pipeline(
        [msgspec.convert({"output": {"source": "x"}}, Stage)], CustomMetrics()
    )
    entries = [Entry(line, {"job": "x"}, n, 10**18) for n, line in enumerate(["a", "", "b"])]
    monkeypatch.setattr(source, "read", lambda: Chunk(source.pipeline.run(entries), 2, 3))
    lane, target = _lane(tmp_path, source)
    lane.step(10**9)
    assert target.held == ["a", "b"]
    (letter,) = (tmp_path / "letters.jsonl").read_bytes().splitlines()
    assert orjson.loads(letter)["answer"].startswith("ZeroDivisionError")


def _simple() -> dict[str, Any]:
    from whiteroom_monitoring.logs.shipper import pipeline  # noqa: PLC0415 - it is private

    return pipeline._SIMPLE


def test_lines_wait_from_their_reading_to_their_acknowledgement(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The time that the oldest line has waited grows over pushes that fail, and ends with 204."""
    monkeypatch.setattr(lanes.time, "monotonic", lambda: 100.0)
    lane, target = _lane(tmp_path, _Source(["a"]))
    assert lane.waited_s(100.0) == 0.0
    monkeypatch.setattr(target, "push", lambda streams, tenant: (503, "not now"))
    lane.step(100.0)
    assert lane.waited_s(340.0) == 240.0
    monkeypatch.undo()
    lane.step(10**9)
    assert (target.held, lane.waited_s(10**9)) == (["a"], 0.0)

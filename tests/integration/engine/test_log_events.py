"""What the engine's callbacks log: its lines, what a kill leaves, the way into the log store."""

from __future__ import annotations

import json
import re
import signal
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import yaml

from tests.support.log_store import running_store
from tests.support.paths import ROOT
from tests.support.shipper import running_shipper, write_config
from tests.support.wait import wait_until
from whiteroom_monitoring.client import _native, segment_reader

SHIPPED = ROOT / "infrastructure/monitoring/promtail/promtail-config.yml"
FUNCTION = "sch_engine_set_tempo"


def events(path: Path) -> list[dict[str, Any]]:
    """Return the lines of a log of events."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def named(path: Path, name: str) -> list[dict[str, Any]]:
    """Return the lines of one kind of event."""
    return [entry for entry in events(path) if entry["event"] == name]


def stall(playing: Any, path: Path) -> dict[str, Any]:
    """Let the sound stop for 50 ms, and return the line of the dropout."""
    playing.render(1.3)
    before = len(named(path, "dropout_began"))
    playing.ask({"command": "fault", "kind": "stall", "milliseconds": 50})
    wait_until(lambda: len(named(path, "dropout_began")) > before, 10)
    return named(path, "dropout_began")[-1]


def test_the_engine_says_what_it_does(engine: Callable[..., Any], folder: Path) -> None:
    """Device, song, dropouts with an id of their own, and a call that was refused have lines."""
    path = folder / "events.log"
    playing = engine("--driver", "clock", "--event-log", str(path))
    first, second = stall(playing, path), stall(playing, path)
    refuse = {"kind": "failing_calls", "function": FUNCTION, "code": "rejected", "share": 1}
    playing.ask({"command": "fault", **refuse})
    wait_until(lambda: named(path, "call_refused"), 10)

    assert re.fullmatch("[0-9a-f]{16}", first["dropout_id"])
    assert first["dropout_id"] != second["dropout_id"]
    assert (first["level"], first["program"]) == ("warn", "juce-backend")
    assert first["cause"] == "over_budget"
    assert first["render_seconds"] > 0.045
    # The stall is in no plug-in, but one of them took longest.
    assert first["plugin"]
    assert named(path, "plugin_over_budget")
    [device] = named(path, "device_changed")
    assert (device["sample_rate_hertz"], device["buffer_frames"]) == (48000, 256)
    assert named(path, "song_loaded")[0]["song"] == "First Light"
    refused = named(path, "call_refused")[-1]
    assert (refused["function"], refused["code"]) == (FUNCTION, "rejected")
    # What callbacks log does not stand among the lines of the engine's own log.
    assert all("event" not in entry for entry in playing.log())
    assert playing.stop() == 0
    assert [entry["sequence"] for entry in events(path)] == list(range(1, len(events(path)) + 1))


def test_without_a_file_of_their_own_events_are_in_the_log(engine: Callable[..., Any]) -> None:
    """Where no file is named, lines of events stand in the engine's log."""
    playing = engine("--driver", "clock")
    wait_until(lambda: any(entry.get("event") == "song_loaded" for entry in playing.log()), 10)


def test_the_last_events_of_a_killed_engine_are_written_once(
    engine: Callable[..., Any], folder: Path
) -> None:
    """What a killed engine could not write has a line each, by whoever folds its segment."""
    path = folder / "later/events.log"
    playing = engine("--driver", "clock", "--event-log", str(path))
    (segment,) = (folder / "segments").glob("*.seg")
    wait_until(lambda: len(segment_reader.read(segment).log) >= 2, 10)
    playing.stop(signal.SIGKILL)
    left = segment_reader.read(segment).log
    path.parent.mkdir()
    for _ in range(2):
        _native.expose_unserved(str(folder / "segments"))
    # The core's lines are what the independent reader sees.
    written = [(entry["sequence"], entry["event"], entry["level"]) for entry in events(path)]
    assert written == [(event.sequence, event.name, event.level) for event in left]
    assert [entry | event.fields for entry, event in zip(events(path), left, strict=True)] == (
        events(path)
    )


def test_a_killed_engine_has_no_line_twice(engine: Callable[..., Any], folder: Path) -> None:
    """Whenever an engine is killed, each of its events has one line."""
    path = folder / "events.log"
    for _ in range(5):
        playing = engine("--driver", "clock", "--event-log", str(path))
        playing.stop(signal.SIGKILL)
        _native.expose_unserved(str(folder / "segments"))
    by_segment: dict[str, list[int]] = {}
    for entry in events(path):
        by_segment.setdefault(entry["segment"], []).append(entry["sequence"])
    assert len(by_segment) == 5
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in by_segment.values())


def test_a_dropout_is_found_in_the_store_by_its_id(
    engine: Callable[..., Any], folder: Path, tmp_path: Path
) -> None:
    """By the shipped configuration, a dropout's line comes through shipper and store."""
    path = folder / "engine-events.log"
    [job] = [
        job
        for job in yaml.safe_load(SHIPPED.read_text())["scrape_configs"]
        if job["job_name"] == "engine"
    ]
    for target in job["static_configs"]:
        target["labels"]["__path__"] = f"{folder}/{Path(target['labels']['__path__']).name}"
    with running_store(tmp_path / "store") as store:
        config = write_config(tmp_path, store.port, [job])
        with running_shipper(config):
            playing = engine("--driver", "clock", "--event-log", str(path))
            dropout = stall(playing, path)
            query = f'{{job="engine", level="warn"}} | dropout_id="{dropout["dropout_id"]}"'
            [(time, line)] = wait_until(lambda: store.lines(query), 30)
    assert json.loads(line) == dropout
    # The line's time in the store is that of the event, and its place in the file.
    second, _, fraction = dropout["time"].rstrip("Z").partition(".")
    unix_s = int(datetime.fromisoformat(f"{second}+00:00").timestamp())
    assert 0 <= int(time) - (unix_s * 10**9 + int(fraction)) < 1_000_000

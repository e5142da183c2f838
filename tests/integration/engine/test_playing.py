"""A playing engine: its callbacks, its metrics, its faults, its end."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.support.wait import wait_until
from whiteroom_monitoring.catalogue.load import load
from whiteroom_monitoring.client import _native
from whiteroom_monitoring.resources import share

DROPOUTS = 'audio_dropouts_total{cause="over_budget"}'
MISSED = 'audio_deadlines_missed_total{cause="over_budget"}'


@pytest.mark.parametrize(
    ("rate", "frames"), [(44100, 2048), (48000, 256), (96000, 128), (192000, 32)]
)
def test_callbacks_come_as_often_as_the_stream_demands(engine, rate: int, frames: int) -> None:
    """For every stream, the callbacks counted are those due in that time, within 5 %."""
    playing = engine(
        *("--driver", "clock"), *("--sample-rate", str(rate)), *("--buffer-frames", str(frames))
    )
    before, begin = playing.metrics(), time.monotonic()
    playing.render(1.5)
    after, end = playing.metrics(), time.monotonic()
    counted = after["audio_callbacks_total"] - before["audio_callbacks_total"]
    due = (end - begin) * rate / frames
    assert counted == pytest.approx(due, rel=0.05, abs=2)
    assert after["audio_buffer_duration_seconds"] == pytest.approx(frames / rate)
    assert after["audio_buffer_frames"] == frames
    assert after["audio_sample_rate_hertz"] == rate
    assert after["audio_engine_render_time_seconds_count"] >= after["audio_callbacks_total"] - 1


def test_every_metric_of_the_engine_is_there(engine) -> None:
    """Every metric that the catalogue gives to the engine has a series, and no other is there."""
    playing = engine("--driver", "clock")
    playing.render(1.2)
    exposed = {series.partition("{")[0] for series in playing.metrics()}
    wanted = set()
    for metric in load(share("catalogue")):
        if metric.program == "juce-backend":
            parts = ("_bucket", "_sum", "_count") if metric.type == "histogram" else ("",)
            wanted |= {metric.name + part for part in parts}
    assert wanted - exposed == set()
    assert {name for name in exposed - wanted if not name.startswith("monitoring_")} == set()


def test_at_least_eight_channels_use_the_processor(engine) -> None:
    """Each channel's render time grows; together they take less than the engine's."""
    playing = engine("--driver", "clock")
    playing.render(1.5)
    metrics = playing.metrics()
    channels = [v for k, v in metrics.items() if k.startswith("audio_channel_render_seconds_total")]
    assert len(channels) >= 8
    assert min(channels) > 0
    assert sum(channels) <= metrics["audio_engine_render_time_seconds_sum"]


def test_stall_is_one_dropout(engine) -> None:
    """A stall of 50 ms after the first second is one dropout of about 45 ms and one XRUN."""
    playing = engine("--driver", "clock")
    playing.render(1.3)
    before = playing.metrics()
    [answer] = playing.ask({"command": "fault", "kind": "stall", "milliseconds": 50})
    assert answer == {"ok": True}
    playing.render(0.5)
    after = playing.metrics()
    assert after[DROPOUTS] - before[DROPOUTS] >= 1
    assert after[MISSED] - before[MISSED] >= after[DROPOUTS] - before[DROPOUTS]
    lost = 'audio_dropout_seconds_total{cause="over_budget"}'
    assert after[lost] - before[lost] >= 0.044
    assert after["audio_engine_xruns_total"] > before["audio_engine_xruns_total"]
    slow = 'audio_engine_render_time_seconds_bucket{le="0.025"}'
    count = "audio_engine_render_time_seconds_count"
    assert after[count] - after[slow] > before[count] - before[slow]


def test_slow_plugin_shows_in_its_channel(engine) -> None:
    """A plug-in that takes 2 ms too much shows in its channel until it is mended."""
    playing = engine("--driver", "clock")
    series = 'audio_channel_render_seconds_total{channel="bass"}'
    request = {"command": "fault", "kind": "slow_plugin", "channel": "bass", "microseconds": 2000}
    playing.ask(request)
    before, begin = playing.metrics()[series], time.monotonic()
    playing.render(1)
    grown, elapsed = playing.metrics()[series] - before, time.monotonic() - begin
    # 187.5 callbacks a second, 2 ms each; a busy machine leaves some out.
    assert 0.25 < grown / elapsed < 0.45
    playing.ask({"command": "faults_off"})
    before = playing.metrics()[series]
    playing.render(0.5)
    assert playing.metrics()[series] - before < 0.05


def test_failing_calls_are_counted_by_function_and_code(engine) -> None:
    """A share of one half fails every other call with the code that was asked for."""
    playing = engine("--driver", "clock")
    request = {
        "command": "fault",
        "kind": "failing_calls",
        "function": "sch_engine_set_tempo",
        "code": "rejected",
        "share": 0.5,
    }
    assert playing.ask(request) == [{"ok": True}]
    answers = playing.ask(*[{"command": "tempo", "bpm": 120}] * 10)
    assert 4 <= sum(not answer["ok"] for answer in answers) <= 6
    errors = playing.metrics()['ffi_errors_total{function="sch_engine_set_tempo",code="rejected"}']
    assert errors >= 4
    calls = playing.metrics()['ffi_calls_total{function="sch_engine_set_tempo"}']
    assert calls >= 10


def test_transport_and_tempo(engine) -> None:
    """What stands still has no new position, and callbacks go on; the tempo is what was set."""
    playing = engine("--driver", "clock", "--no-front-end")
    playing.ask({"command": "tempo", "bpm": 90}, {"command": "stop"})
    playing.render(0.1)
    first = playing.ask({"command": "status"})[0]
    playing.render(0.3)
    second = playing.ask({"command": "status"})[0]
    assert first["position_beats"] == second["position_beats"]
    assert second["callbacks"] > first["callbacks"]
    assert (second["playing"], second["tempo_bpm"]) == (False, 90)
    playing.ask({"command": "play"})
    playing.render(0.3)
    assert playing.ask({"command": "status"})[0]["position_beats"] > second["position_beats"]


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("", "expected one JSON object"),
        ("junk", "expected one JSON object"),
        ("[]", "expected one JSON object"),
        (b"\xff\xfe{}", "expected one JSON object"),
        ("{}", "command: expected a text"),
        ('{"command":"dance"}', "dance is none of status"),
        ('{"command":"status","x":1}', "x: unknown field"),
        ('{"command":"fault"}', "kind: expected a text"),
        ('{"command":"fault","kind":"fire"}', "fire is none of slow_plugin"),
        ('{"command":"fault","kind":"stall"}', "milliseconds: expected a number from 1"),
        ('{"command":"fault","kind":"stall","milliseconds":-1}', "found -1"),
        ('{"command":"fault","kind":"stall","milliseconds":"5"}', 'found "5"'),
        ('{"command":"fault","kind":"slow_plugin","channel":"x","microseconds":1}', "x is none of"),
        ('{"command":"tempo","bpm":1000}', "bpm: expected a number from 20.0 to 300.0"),
        (
            '{"command":"fault","kind":"failing_calls","function":"f","code":"internal"}',
            "f is none of sch_engine_create",
        ),
        ('{"command":' * 40_00 + "1", "expected one JSON object"),
    ],
)
def test_bad_commands_are_refused(engine, line: str | bytes, said: str) -> None:
    """What makes no sense is answered with what was expected, and the engine plays on."""
    playing = engine("--driver", "clock")
    refused, status = playing.ask(line, {"command": "status"})
    assert not refused["ok"]
    assert said in refused["error"]
    assert status["ok"]


def test_end_by_signal(engine) -> None:
    """SIGTERM ends the engine in order: status 0, no socket, only the base of its counters left."""
    playing = engine("--driver", "clock")
    assert playing.control.stat().st_mode & 0o777 == 0o600
    assert playing.stop() == 0
    assert not playing.control.exists()
    assert [path.name for path in (playing.folder / "segments").glob("*.seg")] == [
        "juce-backend.base.seg"
    ]


def test_crash_loses_no_count(engine) -> None:
    """After a crash the counters are still there, and the next engine goes on from them."""
    playing = engine("--driver", "clock")
    playing.render(0.5)
    before = playing.metrics()["audio_callbacks_total"]
    assert playing.ask({"command": "fault", "kind": "crash"}) == [{"ok": True}]
    assert playing.process.wait(timeout=10) == -signal.SIGSEGV
    text = _native.expose_unserved(str(playing.folder / "segments")).text().decode()
    left = next(
        float(line.split()[1]) for line in text.splitlines() if line.startswith("audio_callbacks_t")
    )
    assert left >= before
    again = engine("--driver", "clock").metrics()
    assert again["audio_callbacks_total"] >= left
    assert again['monitoring_processes_lost_total{program="juce-backend"}'] == 1


def test_second_engine_on_one_socket_is_refused(engine, run_engine) -> None:
    """A control socket that another engine answers on is not taken away from it."""
    playing = engine("--driver", "clock")
    options = ("--driver", "clock", "--metrics-port", "0", "--control", str(playing.control))
    done = run_engine(*options, "--segments", str(playing.folder / "other"))
    assert done.returncode == 1
    assert "another engine answers there" in done.stdout
    assert playing.ask({"command": "status"})[0]["ok"]


def test_jack_driver_without_server_says_so(engine, run_engine) -> None:
    """`--driver jack` without a server fails with advice; `auto` then takes the clock."""
    playing = engine("--driver", "auto", JACK_DEFAULT_SERVER="whiteroom-none")
    assert playing.playing["driver"] == "clock"


@pytest.mark.skipif(shutil.which("jackd") is None, reason="jackd is not installed")
def test_jack_calls_the_engine(engine, folder: Path) -> None:
    """With a JACK server the callbacks are the server's, at its rate and buffer size; when the
    server goes away, the engine ends with status 1."""
    name = f"whiteroom-test-{os.getpid()}"
    command = ["jackd", "--name", name, "-d", "dummy", "-r", "96000", "-p", "512"]
    log = (folder / "jack.log").open("w")
    with log, subprocess.Popen(command, stdout=log, stderr=log) as server:
        try:
            ready = Path(f"/dev/shm/jack_sem.{os.getuid()}_{name}_system")
            wait_until(ready.exists, 10, (folder / "jack.log").read_text)
            playing = engine("--driver", "auto", JACK_DEFAULT_SERVER=name)
            assert playing.playing["driver"] == "jack"
            before, begin = playing.metrics()["audio_callbacks_total"], time.monotonic()
            playing.render(1.5)
            metrics, end = playing.metrics(), time.monotonic()
            due = (end - begin) * 96000 / 512
            assert metrics["audio_callbacks_total"] - before == pytest.approx(due, rel=0.1)
            assert metrics["audio_buffer_frames"] == 512
        finally:
            server.terminate()
        assert playing.process.wait(timeout=10) == 1
    for path in Path("/dev/shm").glob(f"jack*{name}*"):
        path.unlink()

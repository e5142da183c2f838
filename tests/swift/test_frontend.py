"""The reference front end as a program: it hosts the engine, draws, is used, and records that."""

from __future__ import annotations

import json
import re
import signal
import struct
import subprocess
import urllib.error
import urllib.request
import wave
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.ports import free_ports
from tests.support.wait import wait_until
from whiteroom_monitoring.deploy.runtimes.log_rotation import set_aside

SIZE = (640, 360)
SCREENS = ("library", "mixer", "performance", "song", "export", "settings")
# Of the drawing; see Palette in Painter.swift.
GROUND = (16, 18, 24)
ACCENT = (92, 170, 255)
GREEN = (64, 200, 130)


@pytest.fixture(scope="module")
def program(root: Path, build) -> Path:
    """The program of the front end; skips where there is no engine for it to host."""
    if not (root / "build/lib/libwhiteroom_engine.so").exists():
        pytest.skip("needs the engine's library")
    path: Path = build("whiteroom-frontend")
    return path


Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def run(program: Path, root: Path, segments: Path) -> Run:
    """Return a function that runs the front end to its end, with a clock and free ports."""

    def to_its_end(*words: str) -> subprocess.CompletedProcess[str]:
        ports = ("--engine-metrics-port", "0", "--metrics-port", "0")
        common = ("--driver", "clock", *ports, "--segments", str(segments))
        return subprocess.run(
            [program, *common, *words],
            cwd=root,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    return to_its_end


def _pixels(path: Path) -> list[tuple[int, ...]]:
    """Return the colours of a PNG whose rows have no filter, read by another's zlib."""
    data = path.read_bytes()
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    parts, place = {}, 8
    while place < len(data):
        length, kind = struct.unpack(">I4s", data[place : place + 8])
        content = data[place + 8 : place + 8 + length]
        [check] = struct.unpack(">I", data[place + 8 + length : place + 12 + length])
        assert check == zlib.crc32(kind + content)
        parts[kind] = content
        place += 12 + length
    assert struct.unpack(">IIBBBBB", parts[b"IHDR"]) == (*SIZE, 8, 6, 0, 0, 0)
    rows = zlib.decompress(parts[b"IDAT"])
    stride = SIZE[0] * 4 + 1
    assert len(rows) == stride * SIZE[1]
    lines = [rows[row * stride : (row + 1) * stride] for row in range(SIZE[1])]
    assert {line[0] for line in lines} == {0}
    return [tuple(line[x : x + 3]) for line in lines for x in range(1, stride, 4)]


@pytest.mark.parametrize(
    ("screen", "colour", "fewest"),
    [("mixer", GREEN, 1000), ("song", ACCENT, 3000), ("performance", ACCENT, 2000)],
)
def test_what_is_heard_is_drawn(screen, colour, fewest, run: Run, tmp_path: Path) -> None:
    """Meters and waveform of the sound that plays are in the frame that is written."""
    picture = tmp_path / "frame.png"
    done = run("--without-user", "--screen", screen, "--frames", "120", "--picture", str(picture))
    assert done.returncode == 0, done.stderr
    pixels = _pixels(picture)
    assert pixels.count(colour) > fewest
    assert GROUND in pixels


def test_every_screen_looks_different(run: Run, tmp_path: Path) -> None:
    """Each of the catalogue's screens has a drawing of its own."""
    seen = set()
    for screen in SCREENS:
        picture = tmp_path / f"{screen}.png"
        words = ("--without-user", "--screen", screen, "--frames", "20", "--picture", str(picture))
        assert run(*words).returncode == 0
        seen.add(zlib.crc32(picture.read_bytes()))
    assert len(seen) == len(SCREENS)


@dataclass(frozen=True)
class Running:
    """A front end that runs, and its ports."""

    process: subprocess.Popen[bytes]
    engine_port: int
    port: int

    def sample(self, series: str, port: int | None = None) -> float:
        """Return a sample of the front end's metrics, or of those at another port."""
        url = f"http://127.0.0.1:{port or self.port}/metrics"
        try:
            with urllib.request.urlopen(url, timeout=10) as answer:
                text = answer.read().decode()
        except urllib.error.URLError:
            return 0.0
        sample = re.search(rf"^{re.escape(series)} (\S+)$", text, re.M)
        return float(sample[1]) if sample else 0.0

    def wait_for(self, series: str, least: float, within_s: float = 60) -> float:
        """Wait until a sample of the front end's is large enough; return it."""
        wait_until(lambda: self.sample(series) >= least, within_s, series)
        return self.sample(series)


@pytest.fixture
def running(program: Path, root: Path, segments: Path, tmp_path: Path):
    """A front end with a user."""
    engine_port, port = free_ports(2)
    words = (
        *("--driver", "clock", "--segments", str(segments), "--exports", str(tmp_path)),
        *("--engine-metrics-port", str(engine_port), "--metrics-port", str(port)),
        *("--log-file", str(tmp_path / "log"), "--user-speed", "8"),
    )
    with subprocess.Popen([program, *words], cwd=root, stdout=subprocess.DEVNULL) as process:
        yield Running(process, engine_port, port)
        process.kill()


def test_what_the_user_does_is_recorded(running: Running, tmp_path: Path) -> None:
    """Frames, actions, transitions, loads and an export that is a real WAV file are recorded, the
    calls of the engine at its own port; a signal ends the program in order."""
    running.wait_for("ui_export_duration_seconds_count", 1)
    running.wait_for("ui_song_load_duration_seconds_count", 1)
    assert running.sample("ui_active_sessions") == 1
    assert running.sample('ui_user_actions_total{action="navigate"}') >= 5
    assert running.sample('ui_transition_duration_seconds_count{screen="mixer"}') >= 1
    assert running.sample("ui_interaction_time_seconds_count") >= 8
    assert running.sample("ui_frames_total") >= 60
    calls = 'ffi_calls_total{function="sch_engine_export_song"}'
    assert running.sample(calls, running.engine_port) >= 1
    assert running.sample('ui_errors_total{type="engine"}') == 0
    with wave.open(str(next(tmp_path.glob("*.wav")))) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 3, 48000)
        assert any(file.readframes(48000 * 4))
    # What the thread that draws has logged is written while it runs.
    wait_until(lambda: "song_shown" in (tmp_path / "log").read_text(), 10)
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(timeout=10) == 0
    lines = [json.loads(line) for line in (tmp_path / "log").read_text().splitlines()]
    assert [lines[0]["message"], lines[-1]["message"]] == ["drawing", "stopping"]
    shown = [line for line in lines if line.get("event") == "song_shown"]
    assert {line["program"] for line in shown} == {"swift-frontend"}


def test_its_log_may_be_set_aside_while_it_runs(running: Running, tmp_path: Path) -> None:
    """By somebody else, again and again: no line is lost, and none is there twice."""
    log, kept = tmp_path / "log", list[str]()
    wait_until(log.exists, 60)
    rotations = 0
    while rotations < 8:
        wait_until(lambda: log.stat().st_size > 0, 60)
        if set_aside(str(log), 1):
            rotations += 1
            # Two are kept; each is read when it is about to go.
            oldest = log.with_name("log.2")
            kept += oldest.read_text().splitlines() if oldest.exists() else []
    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(timeout=10) == 0
    for name in ("log.1", "log"):
        kept += log.with_name(name).read_text().splitlines()
    lines = [json.loads(line) for line in kept]
    assert [lines[0]["message"], lines[-1]["message"]] == ["drawing", "stopping"]
    numbers = [line["sequence"] for line in lines if line.get("program") == "swift-frontend"]
    assert len(numbers) >= 3
    assert numbers == list(range(1, len(numbers) + 1))


def test_a_second_front_end_says_that_the_port_is_taken(running: Running, run: Run) -> None:
    """A port that is in use ends the program with status 1 and a message that names it."""
    running.wait_for("ui_frames_total", 1)
    done = run("--metrics-port", str(running.port))
    assert done.returncode == 1
    assert f"127.0.0.1:{running.port}" in done.stderr


@pytest.mark.parametrize(
    ("words", "status", "said"),
    [
        (["--engine", "/nowhere.so"], 1, "/nowhere.so"),
        (["--speed", "7"], 2, "--speed: no such option"),
        (["--frames", "many"], 2, "--frames many: expected a number from 1"),
        (["--frames"], 2, "--frames needs a value"),
        (["--screen", "attic"], 2, "--screen attic: expected one of library, mixer"),
    ],
)
def test_a_wrong_command_line_is_told(words: list[str], status: int, said: str, run: Run) -> None:
    """What can't be done is reported in one line that names it, with status 1, or 2 for usage."""
    done = run(*words)
    assert done.returncode == status
    assert done.stderr.startswith("whiteroom-frontend: ")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1


def test_help_names_every_option(run: Run, root: Path) -> None:
    """Every option that is understood is in --help."""
    source = (root / "reference_app/frontend/FrontEnd/Options.swift").read_text()
    understood = set(re.findall(r'case "(--[\w-]+)"', source)) | {"--log-file"}
    assert understood - set(re.findall(r"--[\w-]+", run("--help").stdout)) == set()

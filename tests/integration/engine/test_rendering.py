"""The engine's sound is real: it can be written to a file and looked at."""

from __future__ import annotations

import array
import wave
from pathlib import Path

import pytest


def _samples(path: Path) -> tuple[wave._wave_params, array.array[int]]:
    with wave.open(str(path)) as file:
        parameters = file.getparams()
        data = file.readframes(parameters.nframes)
    # 24 bits, little-endian: the upper 16 are enough to listen with.
    upper = bytearray(len(data) // 3 * 2)
    upper[0::2], upper[1::2] = data[1::3], data[2::3]
    return parameters, array.array("h", bytes(upper))


@pytest.mark.parametrize("rate", [44100, 48000, 96000, 192000])
def test_song_sounds_at_every_rate(run_engine, tmp_path: Path, rate: int) -> None:
    """The song is stereo, loud enough, never clipped, without offset, and as long as asked."""
    path = tmp_path / "song.wav"
    done = run_engine("--render", str(path), "--seconds", "6", "--sample-rate", str(rate))
    assert done.returncode == 0, done.stderr
    parameters, samples = _samples(path)
    assert (parameters.nchannels, parameters.framerate, parameters.nframes) == (2, rate, 6 * rate)
    peak = max(map(abs, samples)) / 32768
    rms = (sum(s * s for s in samples) / len(samples)) ** 0.5 / 32768
    offset = abs(sum(samples)) / len(samples) / 32768
    assert 0.2 < peak < 0.999
    assert 0.02 < rms < 0.5
    assert offset < 0.001
    assert samples[0::2] != samples[1::2]


def test_block_size_does_not_change_the_sound(run_engine, tmp_path: Path) -> None:
    """The same bytes leave the engine whatever the buffer's length."""
    contents = set()
    for frames in (32, 256, 2048):
        path = tmp_path / f"{frames}.wav"
        run_engine("--render", str(path), "--seconds", "5", "--buffer-frames", str(frames))
        contents.add(path.read_bytes())
    assert len(contents) == 1


def test_file_that_can_not_be_written(run_engine) -> None:
    """A path that can't be written is an error with its reason, exit status 1."""
    done = run_engine("--render", "/nowhere/song.wav")
    assert done.returncode == 1
    assert "/nowhere/song.wav" in done.stderr
    assert "No such file or directory" in done.stderr


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--buffer-frames", "100"], "--buffer-frames 100: expected a power of two"),
        (["--buffer-frames", "16"], "--buffer-frames 16: expected a number from 32 to 2048"),
        (["--buffer-frames", "4096"], "--buffer-frames 4096: expected a number from 32 to 2048"),
        (["--sample-rate", "8000"], "--sample-rate 8000: expected a number from 44100 to 192000"),
        (["--sample-rate", "48k"], "--sample-rate 48k: expected a number"),
        (["--driver", "alsa"], "--driver alsa: expected auto, jack or clock"),
        (["--seconds", "nan"], "--seconds nan: expected a number"),
        (["--nonsense"], "--nonsense: unknown"),
        (["--render"], "--render: unknown, or its value is missing"),
        (["extra"], "extra: unexpected"),
    ],
)
def test_wrong_usage(run_engine, options: list[str], said: str) -> None:
    """A wrong option is named with what was expected; exit status 2."""
    done = run_engine(*options)
    assert done.returncode == 2
    assert said in done.stderr


def test_help_and_version(run_engine) -> None:
    """`--help` and `--version` answer on standard output."""
    assert run_engine("--help").stdout.startswith("usage: whiteroom-engine")
    assert run_engine("--version").stdout.startswith("whiteroom-engine ")

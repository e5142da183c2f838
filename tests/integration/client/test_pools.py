"""Pools of workers, started in every way that Python knows, count into one program."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from whiteroom_monitoring.client import _native

POOLS = Path(__file__).with_name("pool_program.py")


def run(program: Path | str, *arguments: object) -> dict[str, str]:
    """Run a Python program and return the samples that it prints."""
    command = [sys.executable, *(["-c"] if isinstance(program, str) else []), str(program)]
    done = subprocess.run(
        [*command, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    lines = [line for line in done.stdout.splitlines() if not line.startswith("#")]
    return dict(line.rsplit(" ", 1) for line in lines)


@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_workers_add_up_and_only_a_killed_one_is_lost(segments: Path, method: str) -> None:
    """Counters of all workers are kept, gauges of ended ones are not, and ends are told apart."""
    samples = run(POOLS, method, segments)
    expected = {
        "songs_created_total": 8 * 1 + 4 * 2 + 2 * 3 + 100 + 4 * 4 + 1000,
        "http_request_duration_seconds_count": 8 + 4 + 2 + 1 + 4 + 1,
        "http_request_duration_seconds_sum": 20 * 0.25,
        "http_active_connections": 1,
        'monitoring_processes{program="business-metrics"}': 1,
        'monitoring_processes_lost_total{program="business-metrics"}': 1,
    }
    assert {name: float(samples[name]) for name in expected} == expected
    left = sorted(path.name for path in segments.iterdir())
    assert left == ["business-metrics.base.seg", "business-metrics.lock"]


GAUGES = """
import os, sys
from whiteroom_monitoring import client
from whiteroom_monitoring.client.generated import audio
client.prepare("juce-backend", sys.argv[1])
recorded, record = os.pipe()
ended, end = os.pipe()
for number in (5, 3, 9, 7):
    if os.fork() == 0:
        os.close(end)
        audio.audio_engine_memory_bytes.set(number)
        audio.audio_buffer_frames.set(number)
        audio.audio_sample_rate_hertz.set(number)
        audio.audio_engine_info.set(version=f"1.{number}", driver="jack")
        os.write(record, b".")
        os.read(ended, 1)  # until the parent has seen all
        sys.exit()
    os.read(recorded, 1)
sys.stdout.write(client.exposition().decode())
os.close(end)
"""


def test_gauges_of_living_processes_are_combined_as_the_catalogue_says(segments: Path) -> None:
    """They are their sum, their least or the latest one's, and infos are all stated."""
    samples = run(GAUGES, segments)
    expected = {
        "audio_engine_memory_bytes": "24",
        "audio_buffer_frames": "3",
        "audio_sample_rate_hertz": "7",
        'audio_engine_info{version="1.5",driver="jack"}': "1",
        'audio_engine_info{version="1.9",driver="jack"}': "1",
        'monitoring_processes{program="juce-backend"}': "5",
    }
    assert {name: samples.get(name) for name in expected} == expected


UNPREPARED = """
import multiprocessing, os, sys
from whiteroom_monitoring.client.multiprocess import PREPARED_VARIABLE

def record():
    from whiteroom_monitoring.client.generated import business
    business.songs_created_total.inc()

if __name__ == "__main__":
    from whiteroom_monitoring import client
    client.prepare("business-metrics", sys.argv[1])
    {break_it}
    process = multiprocessing.get_context("spawn").Process(target=record)
    process.start()
    process.join()
    sys.stdout.write(client.exposition().decode())
"""


@pytest.mark.parametrize(
    ("break_it", "songs"), [("", "1"), ("del os.environ[PREPARED_VARIABLE]", "0")]
)
def test_a_spawned_child_counts_because_its_parent_passes_the_program_on(
    segments: Path, tmp_path: Path, break_it: str, songs: str
) -> None:
    """A child that imports the client late is counted if its parent passes its program on."""
    program = tmp_path / "program.py"
    program.write_text(UNPREPARED.format(break_it=break_it))
    assert run(program, segments)["songs_created_total"] == songs


ENDS = {
    # how the process ends: whether it is lost
    "sys.exit()": "0",
    "os.kill(os.getpid(), signal.SIGTERM)": "0",
    "handler = signal.signal(signal.SIGTERM, print); signal.signal(signal.SIGTERM, handler); "
    "signal.raise_signal(signal.SIGTERM)": "0",
    "signal.signal(signal.SIGTERM, signal.SIG_DFL); signal.raise_signal(signal.SIGTERM)": "1",
    "os.kill(os.getpid(), signal.SIGKILL)": "1",
    "os.abort()": "1",
}


@pytest.mark.parametrize("end", ENDS)
def test_who_was_asked_to_end_is_not_lost(segments: Path, end: str) -> None:
    """SIGTERM ends a process as it did before, and in order; a kill or a crash does not."""
    program = f"""
import os, signal, sys
from whiteroom_monitoring import client
from whiteroom_monitoring.client.generated import business
client.prepare("business-metrics", sys.argv[1])
business.songs_created_total.inc()
{end}
"""
    ended = subprocess.run([sys.executable, "-c", program, str(segments)], check=False)
    if "SIGTERM" in end:
        assert ended.returncode == -signal.SIGTERM
    text = _native.expose(str(segments), "business-metrics").text().decode()
    assert "\nsongs_created_total 1\n" in text
    assert f'monitoring_processes_lost_total{{program="business-metrics"}} {ENDS[end]}\n' in text


def test_a_second_preparation_for_the_same_program_is_the_same(segments: Path, record) -> None:
    """A module that is imported by parent and child may prepare in both; another program may not be
    chosen in the same process, but in a child."""
    record(f"""
        again = client.prepare("business-metrics")
        assert again == preparation
        try:
            client.prepare("juce-backend")
        except client.PreparationError as error:
            assert "this process records business-metrics in {segments}" in str(error), error
        else:
            raise AssertionError("prepared for a second program")
        if child := os.fork():
            assert os.waitpid(child, 0)[1] == 0
        else:
            mine = client.prepare("business-metrics")
            assert mine.path != preparation.path
            assert mine.path.exists()
            assert f".{{os.getpid()}}." in mine.path.name
            assert client.prepare("juce-backend", {str(segments)!r}).shared
    """)


def test_without_room_a_forked_child_says_so_and_goes_on(segments: Path, record) -> None:
    """A child whose segment can't be made records into private memory."""
    record("""
        import shutil
        shutil.rmtree(preparation.path.parent)
        if child := os.fork():
            assert os.waitpid(child, 0)[1] == 0
            preparation.path.parent.mkdir(mode=0o700)
        else:
            mine = client.prepare("business-metrics")
            assert (mine.shared, mine.path) == (False, None)
            assert mine.problem == "no room for the segment of a child process"
            business.songs_created_total.inc()
    """)

"""What only clang can prove: RealtimeSanitizer's watch over recording, and fuzzed segments.

clang 20 and later know RealtimeSanitizer; libFuzzer comes with any clang that has its runtime. A
machine without them skips these tests and says so.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.paths import ROOT
from whiteroom_monitoring import client

HERE = Path(__file__).parent


def _core() -> list[Path]:
    folder = ROOT / "juce_backend/src/monitoring"
    return [folder / name for name in (folder / "sources.txt").read_text().split()]


def _compile(source: Path, program: Path, sanitizers: str, *more: str) -> str:
    """Compile a program with the core; return what clang says when it can't."""
    clang = shutil.which("clang++")
    if clang is None:
        return "clang++ is not installed"
    options = ["-std=c++20", *more, f"-fsanitize={sanitizers}"]
    core = ROOT / "juce_backend/src/monitoring"
    include = ["-I", core / "include", "-I", core / "src"]
    done = subprocess.run(
        [clang, *options, *include, source, *_core(), "-o", program],
        capture_output=True,
        text=True,
        check=False,
    )
    return "" if done.returncode == 0 else done.stderr


def _available(sanitizers: str, code: str) -> bool:
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "probe.cpp"
        source.write_text(code)
        options = [f"-fsanitize={sanitizers}", source, "-o", source.with_suffix("")]
        clang = shutil.which("clang++")
        return clang is not None and (
            subprocess.run([clang, *options], capture_output=True, check=False).returncode == 0
        )


@pytest.fixture(scope="module")
def watched(tmp_path_factory) -> Path:
    """The program that records everything under RealtimeSanitizer."""
    if not _available("realtime", "int main() {}"):
        pytest.skip("no clang++ here that has RealtimeSanitizer (clang 20 or later)")
    program: Path = tmp_path_factory.mktemp("realtime") / "realtime"
    assert _compile(HERE / "realtime.cpp", program, "realtime", "-O0") == ""
    return program


def test_recording_is_realtime_safe(watched: Path) -> None:
    """RealtimeSanitizer finds nothing in a function that records everything."""
    done = subprocess.run([watched], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("promise", ["allocates", "locks", "registers", "drains"])
def test_a_broken_promise_is_found(watched: Path, promise: str) -> None:
    """It ends a recording function that allocates, locks, registers a series or drains the log."""
    done = subprocess.run([watched, promise], capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "RealtimeSanitizer: unsafe-library-call" in done.stderr


@pytest.fixture
def seeds(tmp_path: Path) -> Iterator[Path]:
    """A folder with a real segment, from which the fuzzer starts."""
    folder = tmp_path / "seeds"
    folder.mkdir()
    segments = Path(tempfile.mkdtemp(prefix="whiteroom-test-", dir="/dev/shm"))
    try:
        made = client.prepare("whiteroom-inbox", segments)
        assert made.path is not None
        shutil.copy(made.path, folder / "segment")
        client.close()
        yield folder
    finally:
        shutil.rmtree(segments)


def _fuzz(folder: Path, seeds: Path, seconds: int, *options: str) -> str:
    """Fuzz the reader for so long; return what libFuzzer says when it finds something."""
    entry = 'extern "C" int LLVMFuzzerTestOneInput(const char*, unsigned long) { return 0; }'
    if not _available("fuzzer,address,undefined", entry):
        pytest.skip("no clang++ here that has libFuzzer and AddressSanitizer")
    program = folder / "fuzz"
    options = ("-O1", "-g", *options)
    assert _compile(HERE / "fuzz_segment.cpp", program, "fuzzer,address,undefined", *options) == ""
    limits = ["-max_len=65536", f"-max_total_time={seconds}", "-timeout=5", "-rss_limit_mb=8192"]
    done = subprocess.run(
        [program, *limits, "-seed=1", seeds],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stderr if done.returncode != 0 else ""


@pytest.mark.long
@pytest.mark.timeout(400)
def test_no_bytes_crash_the_reader(tmp_path: Path, seeds: Path) -> None:
    """libFuzzer finds no bytes that make the reader crash, hang, or leave its memory."""
    assert _fuzz(tmp_path, seeds, 120) == ""


@pytest.mark.long
def test_a_reader_that_trusts_lengths_is_found(tmp_path: Path, seeds: Path) -> None:
    """The same fuzzer finds the bytes that make a reader without checks leave its memory."""
    assert "AddressSanitizer" in _fuzz(tmp_path, seeds, 60, "-DBREAK_TRUST_LENGTHS")

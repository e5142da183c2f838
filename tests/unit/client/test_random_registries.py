"""Whatever is registered and recorded, both readers say the same, and others can read it."""

from __future__ import annotations

import math
import shutil
import struct
import subprocess
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from prometheus_client import Metric
from prometheus_client.openmetrics import parser as openmetrics_parser
from prometheus_client.parser import text_string_to_metric_families

from tests.support.paths import ROOT
from whiteroom_monitoring.client import segment_reader

PROGRAM = ROOT / "build/bin/whiteroom-random-registries"
SEED = 20

pytestmark = pytest.mark.skipif(not PROGRAM.is_file(), reason="the C++ tests are not built")


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder on the memory file system."""
    made = Path(tempfile.mkdtemp(prefix="whiteroom-registries-", dir="/dev/shm"))
    yield made
    shutil.rmtree(made)


def _write(folder: Path, count: int) -> list[Path]:
    subprocess.run([PROGRAM, str(SEED), str(count), folder], check=True)
    segments = sorted(folder.glob("*.seg"))
    assert len(segments) == count
    return segments


def _bits(value: float) -> int:
    return int(struct.unpack("Q", struct.pack("d", value))[0])


@pytest.mark.parametrize(
    "count", [500, pytest.param(10_000, marks=[pytest.mark.long, pytest.mark.timeout(900)])]
)
def test_random_registries(folder: Path, count: int) -> None:
    """Both readers write the same bytes, and an independent parser finds every sample in them, with
    the very doubles that the gauges were given."""
    gauges = 0
    for path in _write(folder, count):
        text = path.with_suffix(".text").read_bytes().decode()
        assert segment_reader.expose(segment_reader.read(path)) == text
        given = {int(line) for line in path.with_suffix(".gauges").read_text().split()}
        samples = 0
        for family in text_string_to_metric_families(text):
            samples += len(family.samples)
            own_gauge = family.type == "gauge" and family.name.startswith("metric_")
            own_gauge = own_gauge and not family.name.endswith("_info")
            for sample in family.samples if own_gauge else ():
                gauges += 1
                # The parser reads what looks like an integer as one, and loses the sign of -0.
                signed_zero = sample.value == 0 and _bits(-0.0) in given
                same = signed_zero or _bits(sample.value) in given
                assert same or math.isnan(sample.value)
        assert samples == sum(line[0] != "#" for line in text.split("\n") if line)
    assert gauges > count / 2


def _values(families: Iterable[Metric]) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
        if not sample.name.endswith("_created")
    }


def test_openmetrics_is_strict_and_says_the_same(folder: Path) -> None:
    """A strict parser of OpenMetrics accepts every exposition, and finds the samples of the text
    and the exemplars of counters and buckets in it."""
    exemplars = created = 0
    for path in _write(folder, 300):
        text = path.with_suffix(".text").read_bytes().decode()
        open_metrics = path.with_suffix(".openmetrics").read_bytes().decode()
        families = list(openmetrics_parser.text_string_to_metric_families(open_metrics))
        expected = _values(text_string_to_metric_families(text))
        assert repr(_values(families)) == repr(expected) or _values(families) == expected
        exemplars += sum(bool(s.exemplar) for f in families for s in f.samples)
        created += sum(s.name.endswith("_created") for f in families for s in f.samples)
    assert exemplars > 300
    assert created > 300


@pytest.mark.skipif(shutil.which("promtool") is None, reason="promtool is not installed")
def test_promtool_reads_what_is_exposed(folder: Path) -> None:
    """promtool parses every exposition; remarks on style are allowed (exit status 3)."""
    for path in _write(folder, 30):
        with path.with_suffix(".text").open("rb") as text:
            done = subprocess.run(
                ["promtool", "check", "metrics"], stdin=text, capture_output=True, check=False
            )
        assert done.returncode in (0, 3), (path, done.stderr)


def test_difference_would_be_noticed(folder: Path) -> None:
    """A reader that escapes one character less is found out by a few hundred registries."""
    differing = 0
    for path in _write(folder, 300):
        text = path.with_suffix(".text").read_bytes().decode()
        careless = segment_reader.expose(segment_reader.read(path)).replace('\\"', '"')
        differing += careless != text
    assert differing > 100

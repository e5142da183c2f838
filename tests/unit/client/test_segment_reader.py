"""The independent reader is held to the core's output."""

from __future__ import annotations

import math
import random
import struct

import pytest

from whiteroom_monitoring.client import _native, segment_reader

SEED = 20


def test_both_readers_write_the_same_bytes(segments, record) -> None:
    """For one segment the reader in Python and the core expose the same text."""
    record(
        """
        import random
        chance = random.Random(20)
        for _ in range(500):
            business.session_duration_seconds.observe(chance.expovariate(1 / 600))
            business.instrument_assignments_total.inc(instrument=chance.choice("äß\\n\\\\\\"xyz"))
            http.http_request_duration_seconds.observe(chance.expovariate(20))
            http.http_requests_total.inc(method="GET", status=chance.choice(["200", "500"]))
        business.active_users.set(1e-7)
        security.security_vulnerabilities.set(float("nan"), severity="low")
        http.http_active_connections.dec(3)
        business.deployment_info.set(version="x")
        import shutil
        shutil.copy(preparation.path, preparation.path.with_suffix(".copy"))
        open(preparation.path.with_suffix(".text"), "wb").write(client.exposition())
        """
    )
    (copy,) = segments.glob("*.copy")
    text = copy.with_suffix(".text").read_text(encoding="utf-8")
    assert segment_reader.expose(segment_reader.read(copy)) == text


def test_doubles_are_written_alike() -> None:
    """Both readers lay out any double in the same way."""
    chance = random.Random(SEED)
    values = [struct.unpack("d", chance.randbytes(8))[0] for _ in range(20_000)]
    values += [10.0**power for power in range(-30, 30)]
    values += [0.0, -0.0, math.inf, -math.inf, math.nan, 5e-324, 2.0**53 + 2]
    differing = [v for v in values if _native.double_text(v) != segment_reader.double_text(v)]
    assert differing == []


@pytest.mark.parametrize(
    "mutants", [400, pytest.param(100_000, marks=[pytest.mark.long, pytest.mark.timeout(1200)])]
)
def test_a_damaged_segment_is_an_error_or_a_reading(segments, record, mutants: int) -> None:
    """Mutated and truncated bytes raise SegmentError or are read; nothing else happens."""
    record("import shutil; shutil.copy(preparation.path, preparation.path.with_suffix('.copy'))")
    (copy,) = segments.glob("*.copy")
    whole = copy.read_bytes()
    chance = random.Random(SEED)
    mutant = segments / "mutant"
    for turn in range(mutants):
        data = bytearray(whole)
        for _ in range(1 + turn % 5):
            data[chance.randrange(9000)] = chance.randrange(256)
        if turn % 3 == 0:
            del data[chance.randrange(len(data)) :]
        mutant.write_bytes(data)
        try:
            segment_reader.expose(segment_reader.read(mutant))
        except segment_reader.SegmentError:
            continue


def test_a_family_with_scale_zero_is_refused(segments, record) -> None:
    """A scale of zero, by which cells would be divided, is a SegmentError with its place."""
    record("import shutil; shutil.copy(preparation.path, preparation.path.with_suffix('.copy'))")
    (copy,) = segments.glob("*.copy")
    data = bytearray(copy.read_bytes())
    (records_at,) = struct.unpack_from("=Q", data, 40)
    struct.pack_into("=I", data, records_at + 12, 0)
    copy.write_bytes(data)
    with pytest.raises(segment_reader.SegmentError, match="a family has scale 0"):
        segment_reader.read(copy)


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "is shorter than a segment's header"),
        (b"\0" * 400, "is no segment of version 2"),
    ],
)
def test_what_is_no_segment_is_refused_in_words(tmp_path, data: bytes, problem: str) -> None:
    """The error names the file and what is wrong with it."""
    path = tmp_path / "file.seg"
    path.write_bytes(data)
    with pytest.raises(segment_reader.SegmentError, match=problem):
        segment_reader.read(path)

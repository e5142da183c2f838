"""The Swift client, and the C that it calls, hold all that the catalogue says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.projects import WHITE_ROOM

# By the path of the output, the file beside this test that holds what it should be.
GOLDEN = {
    f"{WHITE_ROOM.outputs.swift}/Audio.swift": "golden_audio.swift",
    f"{WHITE_ROOM.outputs.swift}/Program.swift": "golden_program.swift",
    f"{WHITE_ROOM.outputs.cpp}/domains.h": "golden_domains.txt",
    f"{WHITE_ROOM.outputs.cpp}/histograms.h": "golden_histograms.txt",
}


@pytest.mark.parametrize("path", GOLDEN)
def test_file_is_the_golden_file(path: str, clone) -> None:
    """A small catalogue gives the files that lie beside this test."""
    files = clone.clients()
    assert {name for name in files if name.startswith(WHITE_ROOM.outputs.swift)} <= set(GOLDEN)
    assert files[path] == Path(__file__).with_name(GOLDEN[path]).read_text()


@pytest.mark.parametrize(
    ("value", "case"),
    [
        ("load_song", "loadSong"),
        ("GET", "get"),
        ("internal", "`internal`"),
        ("5xx", "value5xx"),
        ("not-found", "notFound"),
    ],
)
def test_label_value_becomes_a_case(value: str, case: str, clone) -> None:
    """Every value of a closed label is a case that Swift accepts, and its text stays the value."""
    clone.write(
        "audio.yaml",
        "domain: audio\nprogram: juce-backend\nmetrics:\n  - name: audio_events_total\n"
        "    type: counter\n    help: Events.\n    writers: many\n"
        f"    labels:\n      - name: type\n        values: [{value}, other]\n",
    )
    text = clone.clients()[f"{WHITE_ROOM.outputs.swift}/Audio.swift"]
    assert f"        case {case}, other\n" in text
    assert f'texts = ["{value}", "other"]' in text
    assert "enum TypeValue: UInt8, ClosedLabel" in text

"""Keys of an entry that had other names are read, and named once."""

from __future__ import annotations

from pathlib import Path

import pytest

from whiteroom_monitoring import deprecations
from whiteroom_monitoring.catalogue.load import load

HEAD = "domain: audio\nprogram: juce-backend\nmetrics:\n"
GAUGE = "name: audio_level, type: gauge, help: What it is for."


@pytest.fixture(autouse=True)
def _first_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deprecations, "_named", set())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("thread: any, combine: max", "writers: many, aggregation: max"),
        ("thread: realtime, combine: sum", "writers: one, aggregation: sum"),
    ],
)
def test_old_key_means_the_new_one(old: str, new: str, tmp_path: Path) -> None:
    """An entry with the old keys is the metric of the new ones."""
    metrics = []
    for name, keys in (("old", old), ("new", new)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "audio.yaml").write_text(f"{HEAD}  - {{{GAUGE}, {keys}}}\n")
        metrics.append(load(tmp_path / name).by_name["audio_level"])
    assert metrics[0] == metrics[1]


def test_old_key_is_named_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """However many entries have an old key, one line of standard error names the new one."""
    entry = "type: gauge, help: What it is for., thread: any, combine: sum"
    entries = "".join(f"  - {{name: audio_{n}, {entry}}}\n" for n in ("level", "load"))
    (tmp_path / "audio.yaml").write_text(HEAD + entries)
    load(tmp_path)
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        "whiteroom: catalogue key `thread` is now `writers`",
        "whiteroom: catalogue key `combine` is now `aggregation`",
    ]


def test_new_keys_are_not_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A catalogue with today's keys leaves standard error empty."""
    keys = "writers: many, aggregation: sum"
    (tmp_path / "audio.yaml").write_text(f"{HEAD}  - {{{GAUGE}, {keys}}}\n")
    load(tmp_path)
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(
    ("keys", "problem"),
    [
        ("▸thread: any, writers: many, aggregation: sum", "the keys thread and writers stand"),
        ("thread: ▸anybody, aggregation: sum", "found 'anybody', expected one of one, many"),
        ("writers: many, combine: ▸mean", "found 'mean', expected one of sum, max, min, latest"),
    ],
)
def test_wrong_old_key_is_reported_at_its_place(keys: str, problem: str, load_diagnostics) -> None:
    """What is wrong with an old key is reported where the old key is written."""
    diagnostics, marked = load_diagnostics({"audio.yaml": f"{HEAD}  - {{{GAUGE}, {keys}}}\n"})
    places = [(wrong.path.name, wrong.line, wrong.column) for wrong in diagnostics]
    assert places == marked, diagnostics
    assert diagnostics[0].problem.startswith(problem)

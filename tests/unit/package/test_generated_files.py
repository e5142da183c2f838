"""Generated files are current, missing, differing or stale, and are written when they must be."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from whiteroom_monitoring import generated_files
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.generated_files import GeneratedFile, compare, head, is_generated, write

HEAD = head("#", "a.yaml")


@pytest.mark.parametrize(
    ("found", "expected", "state"),
    [
        ("a", "a", "current"),
        (None, "a", "missing"),
        ("a", "b", "differs"),
        ("a", None, "stale"),
        (None, None, "current"),
    ],
)
def test_a_file_is_in_one_of_four_states(
    found: str | None, expected: str | None, state: str
) -> None:
    """What is there is held against what should be, and nothing may be either."""
    file = GeneratedFile("f", found, expected)
    assert file.state == state
    lines = list(file.difference())
    assert [line for line in lines[3:] if line[0] == "-"] == (
        [f"-{found}"] if found and found != expected else []
    )
    assert [line for line in lines[3:] if line[0] == "+"] == (
        [f"+{expected}"] if expected and found != expected else []
    )


def test_only_what_is_generated_is_left_over(tmp_path: Path) -> None:
    """A file beside an output whose first line says so is stale; what people write is not."""
    for name, text in (
        ("out/a.py", HEAD), ("out/old.py", HEAD + "x = 1\n"), ("out/ours.py", f"x = 1\n{HEAD}"),
        ("elsewhere/old.py", HEAD),
    ):  # fmt: skip
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    (tmp_path / "out/folder.d").mkdir()
    assert is_generated(tmp_path / "out/old.py")
    assert not is_generated(tmp_path / "out/ours.py")
    files = compare(tmp_path, {"out/a.py": HEAD, "out/b.py": HEAD})
    assert [(file.path, file.state) for file in files] == [
        ("out/a.py", "current"), ("out/b.py", "missing"), ("out/old.py", "stale")
    ]  # fmt: skip


def test_writing_makes_each_what_it_should_be(tmp_path: Path) -> None:
    """Missing and differing files are written for everyone to read, stale ones go, current ones
    are not touched."""
    (tmp_path / "current").write_text("same")
    (tmp_path / "current").chmod(0o600)
    (tmp_path / "stale").write_text("old")
    write(
        tmp_path,
        [
            GeneratedFile("current", "same", "same"),
            GeneratedFile("new/deep/missing", None, "text"),
            GeneratedFile("stale", "old", None),
        ],
    )
    assert sorted(p.name for p in tmp_path.rglob("*") if p.is_file()) == ["current", "missing"]
    written = tmp_path / "new/deep/missing"
    assert written.read_text() == "text"
    assert stat.S_IMODE(written.stat().st_mode) == 0o644
    assert stat.S_IMODE((tmp_path / "current").stat().st_mode) == 0o600
    write(tmp_path, [GeneratedFile("new/deep/missing", "text", "")])
    assert written.read_text() == ""


def test_a_file_that_can_not_be_written_is_named(tmp_path: Path) -> None:
    """Where a folder should be is a file: the error says where, and nothing is left behind."""
    (tmp_path / "taken").write_text("")
    with pytest.raises(MonitoringError, match="taken/file: the file can't be written"):
        write(tmp_path, [GeneratedFile("taken/file", None, "text")])
    (tmp_path / "unreadable").mkdir()
    with pytest.raises(MonitoringError, match="unreadable: the file can't be read"):
        compare(tmp_path, {"unreadable": "text"})


def test_an_interrupted_write_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file is either old or new, never torn, whatever ends the program."""
    (tmp_path / "f").write_text("old")

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(generated_files.os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path, [GeneratedFile("f", "old", "new")])
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("f", "old")]

"""Files are read once, whatever becomes of their names."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

import msgspec
import pytest
import zstandard

from whiteroom_monitoring.logs.shipper import positions
from whiteroom_monitoring.logs.shipper.config import (
    Decompression,
    Relabel,
    Stage,
    StaticConfig,
)
from whiteroom_monitoring.logs.shipper.pipeline import Pipeline
from whiteroom_monitoring.logs.shipper.positions import Positions
from whiteroom_monitoring.logs.shipper.relabel import Relabeling
from whiteroom_monitoring.logs.shipper.sources import file_source, files, rotation
from whiteroom_monitoring.logs.shipper.sources.file_source import MAX_LINE_BYTES, FileSource
from whiteroom_monitoring.logs.shipper.sources.files import FileTarget
from whiteroom_monitoring.logs.shipper.stages.counting import CustomMetrics

Sent = list[tuple[int, str]]


@pytest.fixture(autouse=True)
def _closed() -> Iterator[None]:
    """Close what readers have open."""
    yield
    for reader in Reader.all:
        for source in reader.sources:
            source.close()
    Reader.all.clear()


class Reader:
    """What the shipper does with files, in one process: read, note what was sent, commit."""

    all: ClassVar[list[Reader]] = []

    def __init__(
        self,
        folder: Path,
        stages: Sequence[object] = (),
        pattern: str = "app.log",
        gz: bool = False,
        **options: Any,
    ) -> None:
        self.positions = Positions(folder / "positions.json")
        made = [msgspec.convert(stage, Stage) for stage in stages]
        self.target = FileTarget(
            "job",
            StaticConfig(labels=options.pop("labels", {"__path__": str(folder / pattern)})),
            options.pop(
                "decompression",
                Decompression(enabled=gz, initial_delay=options.pop("initial_delay", "0s")),
            ),
            relabeling=options.pop("relabeling", Relabeling([])),
            positions=self.positions,
            make_pipeline=lambda clock: Pipeline(made, CustomMetrics(), clock),
            **options,
        )
        self.sources: list[FileSource] = []
        Reader.all.append(self)

    def read(self, commit: bool = True) -> Sent:
        """Return what is sent until nothing is left; ``commit`` is whether it is acknowledged."""
        sent: Sent = []
        for _ in range(3):
            self.sources += self.target.discover()
            for source in self.sources:
                while chunk := source.read():
                    sent += [(entry.stamp_ns(), entry.line) for entry in chunk.entries]
                    if commit:
                        source.commit(chunk.cursor)
        self.positions.save()
        return sent


def _lines(sent: Sent) -> list[str]:
    return [line for _, line in sent]


def _gzip(path: Path) -> None:
    stat = path.stat()
    packed = path.with_name(f"{path.name}.gz")
    packed.write_bytes(gzip.compress(path.read_bytes()))
    os.utime(packed, ns=(stat.st_atime_ns, stat.st_mtime_ns))
    path.unlink()


def _rename(log: Path) -> None:
    log.rename(log.with_name("app.log.1"))
    log.write_text("second\n", "utf-8")


def _rename_and_compress(log: Path) -> None:
    _rename(log)
    _gzip(log.with_name("app.log.1"))


def _copy_and_truncate(log: Path) -> None:
    log.with_name("app.log.1").write_bytes(log.read_bytes())
    os.truncate(log, 0)
    log.write_text("second\n", "utf-8")


def _twice(log: Path) -> None:
    log.rename(log.with_name("app.log.2"))
    log.write_text("between\n", "utf-8")
    _gzip(log.with_name("app.log.2"))
    _rename(log)


ROTATIONS: dict[str, tuple[Callable[[Path], None], list[str]]] = {
    "rename": (_rename, ["rest", "second"]),
    "compress": (_rename_and_compress, ["rest", "second"]),
    "copy and truncate": (_copy_and_truncate, ["rest", "second"]),
    "twice": (_twice, ["rest", "between", "second"]),
}


@pytest.mark.parametrize("is_running", [True, False])
@pytest.mark.parametrize("kind", ROTATIONS)
def test_rotation_loses_and_repeats_nothing(tmp_path: Path, kind: str, is_running: bool) -> None:
    """What was not read when a file was rotated is read, and nothing twice, running or not."""
    rotate, expected = ROTATIONS[kind]
    log = tmp_path / "app.log"
    log.write_text("first\n", "utf-8")
    reader = Reader(tmp_path)
    assert _lines(reader.read()) == ["first"]
    with log.open("a", encoding="utf-8") as file:
        file.write("rest\n")
    rotate(log)
    assert _lines((reader if is_running else Reader(tmp_path)).read()) == expected
    assert Reader(tmp_path).read() == []


def test_a_deleted_file_is_read_to_its_end(tmp_path: Path) -> None:
    """A file that is deleted and made anew while it is open loses nothing."""
    log = tmp_path / "app.log"
    log.write_text("first\n", "utf-8")
    reader = Reader(tmp_path)
    reader.read()
    with log.open("a", encoding="utf-8") as file:
        file.write("rest\n")
    log.unlink()
    log.write_text("second\n", "utf-8")
    assert _lines(reader.read()) == ["rest", "second"]
    assert reader.target.lost_bytes == 0


def test_a_file_that_is_gone_is_counted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was seen of a file and can't be found any more is counted in bytes, after a search."""
    monkeypatch.setattr(files, "SEARCH_S", 0)
    log = tmp_path / "app.log"
    log.write_text("first\n", "utf-8")
    Reader(tmp_path).read(commit=False)
    log.unlink()
    reader = Reader(tmp_path)
    assert reader.read() == []
    assert reader.target.lost_bytes == len("first\n")


def test_what_is_copied_before_it_is_looked_at_is_read(tmp_path: Path) -> None:
    """An empty file that is written, copied and emptied between two looks loses nothing."""
    log = tmp_path / "app.log"
    log.touch()
    reader = Reader(tmp_path)
    assert reader.read() == []
    log.write_text("first\n", "utf-8")
    _copy_and_truncate(log)
    assert _lines(reader.read()) == ["first", "second"]


def test_a_link_that_leads_elsewhere_is_followed(tmp_path: Path) -> None:
    """Where a path is a link, both files are read, in their order, also after a stop."""
    (tmp_path / "log.1").write_text("first\n", "utf-8")
    log = tmp_path / "app.log"
    log.symlink_to(tmp_path / "log.1")
    Reader(tmp_path).read()
    with (tmp_path / "log.1").open("a", encoding="utf-8") as file:
        file.write("rest\n")
    (tmp_path / "log.2").write_text("second\n", "utf-8")
    log.unlink()
    log.symlink_to(tmp_path / "log.2")
    assert _lines(Reader(tmp_path).read()) == ["rest", "second"]


def test_a_renamed_file_of_the_pattern_is_known(tmp_path: Path) -> None:
    """A pattern that means the rotated files, too, compressed or not, reads none of them twice."""
    log = tmp_path / "app.log"
    log.write_text("first\n" * 300, "utf-8")
    reader = Reader(tmp_path, pattern="app.log*", gz=True)
    assert len(reader.read()) == 300
    _rename(log)
    assert _lines(reader.read()) == ["second"]
    _gzip(tmp_path / "app.log.1")
    assert Reader(tmp_path, pattern="app.log*", gz=True).read() == []


def test_what_is_read_again_has_the_same_nanoseconds(tmp_path: Path) -> None:
    """A line gets the same time whenever it is read, also where it tells none itself."""
    log = tmp_path / "app.log"
    log.write_text("equal\n" * 1000, "utf-8")
    before = Reader(tmp_path).read(commit=False)
    with log.open("a", encoding="utf-8") as file:
        file.write("equal\n")
    again = Reader(tmp_path).read()
    assert again[:1000] == before
    assert len(set(again)) == 1001


def test_a_block_that_ended_by_the_clock_ends_there_again(tmp_path: Path) -> None:
    """Lines that became two entries because time went by are the same two when read again."""
    stages = [{"multiline": {"firstline": r"^\d", "max_wait_time": "0s"}}]
    log = tmp_path / "app.log"
    log.write_text("1 a\n b\n", "utf-8")
    reader = Reader(tmp_path, stages)
    before = reader.read(commit=False)
    with log.open("a", encoding="utf-8") as file:
        file.write(" c\n")
    before += reader.read(commit=False)
    assert _lines(before) == ["1 a\n b", " c"]
    assert Reader(tmp_path, stages).read() == before


def test_a_last_line_without_an_end_waits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a line is not sent, unless its file is over."""
    log = tmp_path / "app.log"
    log.write_text("whole\nhal", "utf-8")
    reader = Reader(tmp_path)
    assert _lines(reader.read()) == ["whole"]
    with log.open("a", encoding="utf-8") as file:
        file.write("f\nlast")
    assert _lines(reader.read()) == ["half"]
    _rename(log)
    monkeypatch.setattr(file_source, "LINGER_S", 0)
    assert sorted(_lines(reader.read())) == ["last", "second"]


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08broken"])
def test_a_broken_file_beside_it_does_not_stop_a_log(tmp_path: Path, content: bytes) -> None:
    """A compressed file that is empty or broken holds up neither what is read nor what is new."""
    log = tmp_path / "app.log"
    log.write_text("first\n", "utf-8")
    Reader(tmp_path).read()
    (tmp_path / "app.log.1.gz").write_bytes(content)
    log.rename(tmp_path / "app.log.2")
    log.write_text("second\n", "utf-8")
    assert _lines(Reader(tmp_path).read()) == ["second"]


def test_a_file_with_the_number_of_an_empty_one_is_new(tmp_path: Path) -> None:
    """Numbers of files are given away again: one of which nothing was read is not known by it."""
    log = tmp_path / "app.log"
    log.touch()
    reader = Reader(tmp_path)
    assert reader.read() == []
    log.unlink()
    rotated = tmp_path / "app.log.1"
    rotated.write_text("first\n", "utf-8")
    log.write_text("second\n", "utf-8")
    for state in reader.positions.files("job"):
        state.inode = rotated.stat().st_ino
        state.closed = True
    reader.positions.save()
    assert _lines(Reader(tmp_path).read()) == ["first", "second"]


def test_each_rotated_file_is_looked_at_once(tmp_path: Path) -> None:
    """Where a path is a link to a file beside it, no candidate comes twice."""
    for name in ("app.log.1", "app.log.2"):
        (tmp_path / name).touch()
    log = tmp_path / "app.log"
    log.symlink_to("app.log.2")
    candidates = list(rotation.rotated(str(log), str(tmp_path / "app.log.2")))
    assert len(candidates) == len(set(candidates))


def test_all_frames_of_a_compressed_file_are_read(tmp_path: Path) -> None:
    """A file of several frames of Zstandard is read to its end; one that is cut waits."""
    frames = [zstandard.compress(text) for text in (b"first\n", b"second\n")]
    packed = tmp_path / "app.log.zst"
    packed.write_bytes(frames[0] + frames[1][:-2])
    reader = Reader(tmp_path, pattern="*.zst", gz=True)
    assert reader.read() == []
    packed.write_bytes(b"".join(frames))
    assert _lines(reader.read()) == ["first", "second"]


def test_a_long_line_without_an_end_is_read_in_bounded_pieces(tmp_path: Path) -> None:
    """A line of several megabytes is cut at one, where each reading cuts it."""
    log = tmp_path / "app.log"
    log.write_text("x" * (2 * MAX_LINE_BYTES + 10) + "\nlast\n", "utf-8")
    lines = _lines(Reader(tmp_path).read())
    assert [len(line) for line in lines] == [MAX_LINE_BYTES, MAX_LINE_BYTES, 10, 4]


def test_from_the_end_only_what_is_new_is_read(tmp_path: Path) -> None:
    """With ``tail_from_end``, what a file has at first is left out, and nothing after that."""
    log = tmp_path / "app.log"
    log.write_text("old\n" * 1000 + "cut ", "utf-8")
    assert Reader(tmp_path, tail_from_end=True).read() == []
    with log.open("a", encoding="utf-8") as file:
        file.write("here\nnew\n")
    _rename(log)
    reader = Reader(tmp_path, tail_from_end=True)
    assert _lines(reader.read()) == ["cut here", "new", "second"]


def test_a_compressed_file_is_left_alone_at_first(tmp_path: Path) -> None:
    """With ``initial_delay``, one that was written to a moment ago is read later."""
    log = tmp_path / "app.log"
    log.write_text("first\n", "utf-8")
    _gzip(log)
    packed = tmp_path / "app.log.gz"
    reader = Reader(tmp_path, pattern="*.gz", gz=True, initial_delay="1h")
    os.utime(packed)
    assert reader.read() == []
    os.utime(packed, (0, 0))
    assert _lines(reader.read()) == ["first"]


def test_positions_do_not_grow_with_the_names_of_a_day(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of files that are gone, a bounded number is remembered, however many names there were."""
    monkeypatch.setattr(positions, "_GONE_KEPT", 3)
    monkeypatch.setattr(file_source, "LINGER_S", 0)
    reader = Reader(tmp_path, pattern="*.log")
    for day in range(10):
        log = tmp_path / f"app-{day}.log"
        log.write_text(f"{day}\n", "utf-8")
        assert _lines(reader.read()) == [str(day)]
        log.unlink()
        reader.read()
    assert len(reader.positions.files("job")) <= 5


def test_a_pattern_means_what_promtail_takes_it_for(tmp_path: Path) -> None:
    """``*`` ends at a slash, also in what is left out; hidden folders are folders."""
    for name in ("a.log", "sub/b.log", ".hidden/c.log"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(f"{name}\n")
    static = {"__path__": f"{tmp_path}/**/*.log", "__path_exclude__": f"{tmp_path}/*.log"}
    reader = Reader(tmp_path, labels=static)
    assert sorted(_lines(reader.read())) == [".hidden/c.log", "sub/b.log"]
    assert not reader.target.means(f"{tmp_path}/a.log")
    assert reader.target.means(f"{tmp_path}/sub/more/b.log")


@pytest.mark.parametrize("pattern", ["[^b].log", "[!b].log", "{a,c}.log"])
def test_classes_and_alternatives(tmp_path: Path, pattern: str) -> None:
    """Both ways to negate a class, and words in braces."""
    for name in ("a", "b"):
        (tmp_path / f"{name}.log").write_text(f"{name}\n")
    assert _lines(Reader(tmp_path, pattern=pattern).read()) == ["a"]


def test_a_rule_says_where_the_files_are(tmp_path: Path) -> None:
    """``__path__`` may be made by relabelling."""
    (tmp_path / "a.log").write_text("a\n")
    rule = Relabel(target_label="__path__", replacement=f"{tmp_path}/a.log")
    reader = Reader(tmp_path, labels={"job": "x"}, relabeling=Relabeling([rule]))
    assert _lines(reader.read()) == ["a"]
    assert reader.sources[0]._labels == {"job": "x", "filename": f"{tmp_path}/a.log"}


def test_a_file_of_zlib_is_read(tmp_path: Path) -> None:
    """The format ``z`` is a stream of zlib."""
    (tmp_path / "app.z").write_bytes(zlib.compress(b"line\n" * 50_000))
    decompression = Decompression(enabled=True, format="z")
    sent = Reader(tmp_path, pattern="*.z", decompression=decompression).read()
    assert len(sent) == 50_000

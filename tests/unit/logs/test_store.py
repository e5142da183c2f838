"""The laws of the log store: what is acknowledged is there, once, in order, until it is deleted."""

from __future__ import annotations

import dataclasses
import errno
import os
import random
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.logs import NOW_NS, entries, push, rows_of, texts
from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import DamagedError, QueryError, StoreError
from whiteroom_monitoring.logs.limits import Limits
from whiteroom_monitoring.logs.metadata import LEVELS
from whiteroom_monitoring.logs.store import check, durable, wal
from whiteroom_monitoring.logs.store.plain_reader import read_folder
from whiteroom_monitoring.logs.store.store import LogStore

Open = Callable[..., LogStore]
HOUR_NS = 3600 * 10**9


def test_a_line_is_searchable_as_soon_as_it_is_acknowledged(store: LogStore) -> None:
    """What was pushed is answered, with its level detected."""
    assert push(store, [(1, "one level=error"), (2, "two")]).stored == 2
    found = entries(store, '{job="x"}')
    assert [(e.time_ns - NOW_NS, e.line, e.level) for e in found] == [
        (1, b"one level=error", 6),
        (2, b"two", 1),
    ]


def test_a_line_without_metadata_has_an_empty_one(store: LogStore) -> None:
    """Also where no line of its stream has any."""
    push(store, [(1, "a"), (2, "")])
    assert [(e.line, e.meta) for e in entries(store, '{job="x"}')] == [(b"a", b""), (b"", b"")]


@pytest.mark.parametrize("between", ["push", "flush", "restart", "flush and restart"])
def test_an_equal_line_is_stored_once(open_store: Open, between: str) -> None:
    """Stream, nanosecond, line and metadata tell lines apart, across pushes, blocks, restarts."""
    store = open_store()
    lines = [(1, "a"), (1, "b"), (1, "a", {"trace": "1"}), (2, "a"), (2, "a")]
    assert push(store, lines).stored == 5
    if "flush" in between:
        store.flush()
    if "restart" in between:
        store.close()
        store = open_store()
    again = push(store, [*lines, (3, "a")])
    assert (again.stored, again.repeated) == (1, 5)
    assert texts(store) == ["a", "b", "a", "a", "a"]
    assert len(list(read_folder(store.folder))) >= 5


def test_what_comes_late_is_sorted(store: LogStore) -> None:
    """Within the window, lines may come in any order."""
    push(store, [(50, "e"), (10, "a")])
    store.flush()
    push(store, [(30, "c"), (40, "d"), (20, "b")])
    assert texts(store) == ["a", "b", "c", "d", "e"]
    assert texts(store, backward=True, limit=2) == ["e", "d"]
    store.flush()
    assert texts(store, limit=3) == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("line", "limits", "reason"),
    [
        ((-8 * 24 * HOUR_NS, "x"), {}, "greater_than_max_sample_age"),
        ((HOUR_NS, "x"), {}, "too_far_in_future"),
        ((0, "x" * 300_000), {}, "line_too_long"),
        ((0, "x" * 11), {"max_line_size": 10}, "line_too_long"),
        ((0, "x", {"a": "b" * 70_000}), {}, "structured_metadata_too_large"),
        ((0, "x", {f"n{i}": "v" for i in range(129)}), {}, "structured_metadata_too_many"),
        ((-2 * HOUR_NS, "x"), {}, "too_far_behind"),
    ],
)
def test_what_is_beyond_a_limit_is_refused_and_the_rest_stored(
    open_store: Open, line: tuple[int, str], limits: dict[str, int], reason: str
) -> None:
    """A refused line has its reason; the lines beside it are stored."""
    store = open_store(Limits(**limits))  # type: ignore[arg-type]
    result = push(store, [(0, "good"), line, (1, "also")])
    assert result.refused == {reason: 1}
    assert len(result.messages) == 1
    assert texts(store) == ["good", "also"]


def test_limits_can_be_switched_off(open_store: Open) -> None:
    """Without limits, old and new lines are stored, without level and service."""
    limits = Limits(
        reject_old_samples=False,
        creation_grace_period=0,
        out_of_order_window=1e9,
        discover_log_levels=False,
        discover_service_name=False,
    )
    store = open_store(limits)
    push(store, [(-(10**18), "old"), (10**17, "new level=error")])
    assert [(e.labels, e.level) for e in entries(store, '{job="x"}')] == [('{job="x"}', 0)] * 2


@pytest.mark.parametrize(
    ("labels", "reason"),
    [
        ("{", "invalid_labels"),
        ("{}", "missing_labels"),
        ('{a=""}', "missing_labels"),
        ('{a="1", a="2"}', "invalid_labels"),
        ("{" + ", ".join(f'n{i}="v"' for i in range(16)) + "}", "max_label_names_per_series"),
        ('{a="' + "v" * 2049 + '"}', "label_value_too_long"),
    ],
)
def test_bad_labels_are_refused(store: LogStore, labels: str, reason: str) -> None:
    """A stream without proper labels is not stored."""
    assert push(store, [(1, "x")], labels).refused == {reason: 1}


def test_too_many_streams_are_refused(open_store: Open) -> None:
    """A bomb of labels ends at the limit of streams, with status 429."""
    store = open_store(Limits(max_global_streams_per_user=3))
    results = [push(store, [(1, "x")], f'{{job="{i}"}}') for i in range(5)]
    assert [r.refused.get("stream_limit", 0) for r in results] == [0, 0, 0, 1, 1]
    assert results[-1].status == 429


def test_a_full_disk_loses_nothing_that_was_acknowledged(
    open_store: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A push that finds no room fails, can be repeated, and is stored then."""
    store = open_store()
    push(store, [(1, "before")])
    real = os.posix_fallocate

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full)
    big = [(i, f"{i} " + "x" * 100_000) for i in range(100)]
    with pytest.raises(OSError, match="No space"):
        push(store, big)
    assert texts(store) == ["before"]
    monkeypatch.setattr(os, "posix_fallocate", real)
    assert push(store, big).stored == 100
    store.close()
    assert len(texts(open_store())) == 101


def test_a_failed_fsync_ends_the_store(
    store: LogStore, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """It says why, and is not tried again."""
    ended: list[int] = []

    def fail(_: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fdatasync", fail)
    monkeypatch.setattr(os, "_exit", ended.append)
    push(store, [(1, "x")])
    assert ended == [durable.EXIT_STATUS]
    assert "can't be synchronized" in capfd.readouterr().out


def test_a_record_that_was_cut_off_hides_no_other(open_store: Open) -> None:
    """What follows the last whole record was never acknowledged."""
    store = open_store()
    push(store, [(1, "a")])
    push(store, [(2, "b")])
    store.close()
    path = max(store.folder.glob("*.wal"))
    path.write_bytes(path.read_bytes()[:-1])
    store = open_store()
    assert texts(store) == ["a"]
    assert store.damaged == []


def test_a_damaged_block_costs_no_other(open_store: Open) -> None:
    """It is named by `logql check`, and the other blocks are answered."""
    store = open_store()
    lines_of_each = 2000
    for number in range(3):
        lines = [
            (number * 1000 + i, f"{number} {i} " + os.urandom(500).hex())
            for i in range(lines_of_each)
        ]
        push(store, lines, f'{{job="x", n="{number}"}}')
    store.flush()
    segment = store.snapshot().segments[0]
    assert len(segment.blocks) >= 3
    block = segment.blocks[1]
    with segment.path.open("r+b") as file:
        file.seek(block.offset + 100)
        file.write(b"damage")
    problems = check.verify(store.folder).problems
    assert len(problems) == 1
    assert "block 1: another checksum" in problems[0]
    lost = sum(run.last - run.first for run in block.runs)
    plan_damaged: list[DamagedError] = []
    store.report = plan_damaged.append  # type: ignore[method-assign]
    assert len(texts(store)) == 3 * lines_of_each - lost


def test_retention_removes_whole_segments_the_oldest_first(open_store: Open) -> None:
    """By age and by size."""
    store = open_store()
    for number in range(3):
        push(store, [(number * HOUR_NS // 16, f"{number}")])
        store.flush()
    size = store.snapshot().segments[0].info.size
    store.limits = dataclasses.replace(store.limits, retention_size=2 * size + size // 2)
    store.enforce_retention()
    assert texts(store) == ["1", "2"]
    store.limits = dataclasses.replace(store.limits, retention_period=-300)
    store.enforce_retention()
    assert texts(store) == ["2"]
    assert len(list(store.folder.glob("*.logs"))) == 1


def test_deleted_lines_leave_answers_at_once_and_then_the_disk(open_store: Open) -> None:
    """From segments, head and write-ahead log, and no other line."""
    store = open_store()
    push(store, [(1, "secret one"), (2, "public")])
    store.flush()
    push(store, [(3, "secret two"), (4, "other")])
    store.delete('{job="x"} |= "secret"', 0, 2**62)
    assert texts(store) == ["public", "other"]
    for _ in range(100):
        store.flush()
        if all(d.status == "processed" for d in store.deletions()):
            break
    assert texts(store) == ["public", "other"]
    store.close()
    held = [line.line for line in read_folder(store.folder)]
    assert Counter(held) == {b"public": 1, b"other": 1}
    assert not any(b"secret" in path.read_bytes() for path in store.folder.glob("*.wal"))
    assert texts(open_store()) == ["public", "other"]


def test_a_deletion_needs_a_query(store: LogStore) -> None:
    """What is no query deletes nothing."""
    with pytest.raises(QueryError):
        store.delete("{", 0, 1)


def test_two_processes_do_not_share_a_folder(store: LogStore) -> None:
    """The second one is told what to do."""
    with pytest.raises(StoreError, match="another process uses these logs; stop it first"):
        LogStore(store.folder)


def test_what_is_half_written_is_removed_at_the_start(open_store: Open) -> None:
    """A segment that no manifest names counts for nothing."""
    store = open_store()
    push(store, [(1, "a")])
    store.flush()
    store.close()
    (store.folder / "00000009.partial").write_bytes(b"half")
    shutil.copy(next(store.folder.glob("*.logs")), store.folder / "00000009.logs")
    store = open_store()
    assert texts(store) == ["a"]
    assert not (store.folder / "00000009.logs").exists()
    assert not (store.folder / "00000009.partial").exists()


def test_the_write_ahead_log_is_what_was_written(tmp_path: Path) -> None:
    """Records are read as they were encoded, and what is damaged is named with its place."""
    writer = wal.WalWriter(tmp_path, 1)
    record = wal.encode([('{a="b"}', rows_of([(1, "x"), (2, "y", {"n": "v"})]))])
    for _ in range(3):
        writer.write(record)
    writer.close()
    path = tmp_path / wal.name(1)
    damaged: list[DamagedError] = []
    bodies = list(wal.read(path, damaged.append))
    assert [(labels, list(rows)) for labels, rows in wal.decode(bodies[1])] == [
        ('{a="b"}', list(rows_of([(1, "x"), (2, "y", {"n": "v"})])))
    ]
    content = bytearray(path.read_bytes())
    content[len(record) + 20] ^= 1
    path.write_bytes(content)
    assert len(list(wal.read(path, damaged.append))) == 2
    assert [error.place for error in damaged] == [f"{path}:{len(record)}"]


def test_rows_are_a_set_in_the_order_of_their_arrival() -> None:
    """Whatever follows what, of equal rows the first stays, and is told from those that are new."""
    chosen = random.Random(9)
    for _ in range(200):
        rows, expected = _native.Rows(), list[tuple[int, bytes, bytes, int]]()
        newest = 0
        for _ in range(chosen.randint(1, 6)):
            batch, fresh = _native.Rows(), list[tuple[int, bytes, bytes, int]]()
            for _ in range(chosen.randint(1, 14)):
                newest += chosen.choice((0, 0, 1, 2, -3))
                row = newest, chosen.choice((b"a", b"b", b"")), chosen.choice((b"", b"\1a\1b")), 0
                batch.append(*row)
                if row not in expected and row not in fresh:
                    fresh.append(row)
            missing = batch.without(rows, 0, len(rows))
            assert [row for row in missing if row in expected] == []
            assert list(rows.insert(batch)) == fresh
            expected += fresh
            newest += chosen.choice((0, 5))
        assert list(rows) == expected
        ordered = _native.Rows()
        assert ordered.extend_in_order(rows, 0, 10**9) == len(expected)
        assert list(ordered) == sorted(expected, key=lambda row: row[0])


def test_ordered_rows_are_taken_until_there_is_no_room() -> None:
    """What is in the order of time and what is not fill the same room."""
    rows, shuffled, first, second = (_native.Rows() for _ in range(4))
    for number in range(50):
        rows.append(number, b"x" * (number % 7), b"", 0)
    for number in (1, 0, *range(2, 50)):
        shuffled.append(number, b"x" * (number % 7), b"", 0)
    assert first.extend_in_order(rows, 3, 400) == second.extend_in_order(shuffled, 3, 400)
    assert list(first) == list(second)


@pytest.mark.parametrize(
    "name",
    ["level", "LEVEL", "Level", "log.level", "severity", "SEVERITY", "Severity", "SeverityText",
     "lvl", "LVL", "Lvl", "severity_text", "Severity_Text", "SEVERITY_TEXT", "lEvEl"],
)  # fmt: skip
def test_a_level_is_found_in_pairs(name: str) -> None:
    """Each name that holds a level tells it, in any case, wherever it stands."""
    rows = _native.Rows()
    for line in (f"{name}=warn", f'a=b {name}="warn" c=d', f"x{name}=warn", f"a=1 b={name} c=2"):
        rows.append(1, line.encode(), b"", 0)
    limits = (-(2**63), 2**63 - 1, 2**62, 2**62, 2**62, 2**62, -(2**63), True, "")
    kept, _, _ = rows.admit(*limits)
    assert [LEVELS[level] for _, _, _, level in kept] == ["warn", "warn", "unknown", "unknown"]

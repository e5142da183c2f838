"""The laws of bitmaps and scans: they find what a plain search finds."""

from __future__ import annotations

import random
import re
from array import array
from collections.abc import Callable

import pytest

from tests.support.logs import NOW_NS, entries, push, texts
from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.logql.parser import parse
from whiteroom_monitoring.logs.logql.pipeline import Pipeline
from whiteroom_monitoring.logs.logql.regex import required
from whiteroom_monitoring.logs.store.plain_reader import read_folder
from whiteroom_monitoring.logs.store.segment import SegmentWriter
from whiteroom_monitoring.logs.store.store import LogStore

Open = Callable[..., LogStore]
# Letters with relatives outside ASCII, letters that fold to two bytes, and others.
ALPHABET = "abkKsSſK iIİı ßäÄéÉ日本 0=.\t\n"
QUERIES = 300


def _text(rnd: random.Random, least: int, most: int) -> str:
    return "".join(rnd.choice(ALPHABET) for _ in range(rnd.randint(least, most)))


@pytest.mark.parametrize("size", [3, 4, 5, 2047, 2048, 2049, 2051, 6200])
def test_every_gram_of_a_line_has_its_bit_and_no_other(size: int) -> None:
    """The bits are those that the page on the format defines, however long a line is."""
    line = bytes(random.Random(size).choices(range(256), k=size)).replace(b"\n", b"N")
    rows, bits, slices = _native.Rows(), 16, _native.Slices(16)
    rows.append(0, line, b"", 0)
    slices.add(3, rows)
    words = array("I", slices.words())
    small = line.lower()
    grams = {int.from_bytes(small[at : at + 4], "little") for at in range(size - 3)}
    expected = {gram * 0x9E3779B1 % 2**32 >> 32 - bits for gram in grams}
    assert {bit for bit, word in enumerate(words) if word} == expected
    assert {word for word in words if word} <= {8}


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of some 20 lines, so that many can be skipped."""
    real = SegmentWriter.__init__

    def init(self: SegmentWriter, total_bytes: int, block_bytes: int = 0) -> None:
        real(self, total_bytes, 600)

    monkeypatch.setattr(SegmentWriter, "__init__", init)


def _filled(store: LogStore, rnd: random.Random) -> None:
    for job in ("x", "y"):
        lines = [(i, _text(rnd, 0, 30), {"trace_id": _text(rnd, 4, 8)}) for i in range(150)]
        push(store, lines, f'{{job="{job}", all="1"}}')
    store.flush()


@pytest.mark.usefixtures("small_blocks")
def test_pruned_equals_unpruned(open_store: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    """With bitmaps and without, random queries find the same lines; and blocks are skipped."""
    rnd = random.Random(20261130)
    store = open_store()
    _filled(store, rnd)
    held = list(read_folder(store.folder))
    skipped = 0
    for _ in range(QUERIES):
        line = rnd.choice(held).line.decode()
        at = rnd.randrange(len(line) + 1)
        needle = line[at : at + rnd.randint(1, 8)] if rnd.random() < 0.7 else _text(rnd, 1, 6)
        operator = rnd.choice(["|=", "|=", "!=", "|~", "|~", "!~"])
        text = needle
        if operator.endswith("~"):
            text = ("(?i)" if rnd.random() < 0.7 else "") + re.escape(needle).replace("\\ ", " ")
            text = text.replace("\\\t", "\\t").replace("\\\n", "\\n")
        escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        query = '{all="1"} ' + operator + ' "' + escaped.replace("\t", "\\t") + '"'
        found = sorted((e.time_ns, e.labels, e.line) for e in entries(store, query))
        with monkeypatch.context() as context:
            context.setattr(Pipeline, "blocks", lambda self, segment: 0xFFFFFFFF)
            everywhere = sorted((e.time_ns, e.labels, e.line) for e in entries(store, query))
        assert found == everywhere, query
        if operator in ("|=", "!="):
            meant = [h for h in held if (needle.encode() in h.line) == (operator == "|=")]
            assert found == sorted((h.time_ns, h.labels, h.line) for h in meant), query
        segment = store.snapshot().segments[0]
        skipped += Pipeline(parse(query)).blocks(segment) & 0xFFFF != 0xFFFF
    assert skipped > QUERIES / 10


@pytest.mark.usefixtures("small_blocks")
def test_metadata_is_found_by_its_bitmap(open_store: Open) -> None:
    """A value of structured metadata is found, and blocks without it are skipped."""
    rnd = random.Random(7)
    store = open_store()
    _filled(store, rnd)
    for held in rnd.sample(list(read_folder(store.folder)), 20):
        value = dict(held.metadata)["trace_id"]
        escaped = value.replace("\n", "\\n").replace("\t", "\\t")
        found = entries(store, f'{{all="1"}} | trace_id="{escaped}"')
        assert (held.time_ns, held.line) in [(e.time_ns, e.line) for e in found]
    assert entries(store, '{all="1"} | job="x" | trace_id="nothing of it"') == []
    assert len(entries(store, '{all="1"} | job="x"')) == 150


def test_the_store_holds_what_a_plain_reader_reads(open_store: Open) -> None:
    """An independent reader of the format sees the same lines, metadata and order."""
    rnd = random.Random(3)
    store = open_store()
    _filled(store, rnd)
    push(store, [(1000, "in the log"), (1001, "", {"a": "b"})], '{all="1"}')
    held = sorted((h.labels, h.time_ns, h.line) for h in read_folder(store.folder))
    found = sorted((e.labels, e.time_ns, e.line) for e in entries(store, '{all="1"}'))
    assert held == found
    assert held[0][1] >= NOW_NS


@pytest.mark.parametrize(
    ("pattern", "needles"),
    [
        ("status=5[0-9]+", [[(b"status=5", False)]]),
        ("(?i)Error", [[(b"error", True)]]),
        ("GET|POST", [[(b"GET", False)], [(b"POST", False)]]),
        ("a (b|cd) e", [[(b"a ", False), (b" e", False), (b"b", False)],
                        [(b"a ", False), (b" e", False), (b"cd", False)]]),
        ("(abc)*def", [[(b"def", False)]]),
        ("(abc)+", [[(b"abc", False)]]),
        ("a?", [[]]),
        ("[[:alpha:]]", [[]]),
        (r"\Qa.b\E", [[]]),
        ("(", [[]]),
    ],
)  # fmt: skip
def test_a_regular_expression_tells_what_it_needs(
    pattern: str, needles: list[list[tuple[bytes, bool]]]
) -> None:
    """What every match has, and nothing where that is not known."""
    assert required(pattern) == needles


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        ("^a", ["ab"]),
        ("b$", ["ab", "bb"]),
        ("a.c", []),
        ("", ["ab", "bb", "", "x\ny"]),
        ("^$", [""]),
        ("x.y", []),
        ("(?s)x.y", ["x\ny"]),
        ("[^a]b", ["bb"]),
        ("y", ["x\ny"]),
        ("^y", []),
    ],
)
@pytest.mark.parametrize("multiline", [True, False])
def test_lines_searched_as_one_text_are_searched_alone(
    store: LogStore, pattern: str, found: list[str], multiline: bool
) -> None:
    """Anchors, dots and classes mean one line, whatever stands before and behind it."""
    lines = ["ab", "bb", "", "x\ny"][: 4 if multiline else 3]
    push(store, [(i, line) for i, line in enumerate(lines)])
    kept = [line for line in found if line in lines]
    assert texts(store, f'{{job="x"}} |~ "{pattern}"') == kept
    assert texts(store, f'{{job="x"}} !~ "{pattern}"') == [li for li in lines if li not in kept]


@pytest.mark.parametrize("parser", ["json", "logfmt", "logfmt --strict"])
def test_prefilters_leave_out_no_line_that_a_condition_keeps(store: LogStore, parser: str) -> None:
    """What a search for values leaves out, parsing would leave out, too."""
    chosen = random.Random(31)
    values = [
        "1",
        "500",
        "499.5",
        "5e2",
        "x",
        "",
        "6 00",
        'q\\"500',
        "\u00e9",
        "a\\/b",
        "750ms",
        "ok",
        "1,500",
        "a]b",
        "c}d,",
        "x status=",
        "{",
    ]
    names = ["status", " status ", "\\tstatus", "xstatus", "o.status", "status_", "path"]
    lines: list[tuple[int, str]] = []
    for number in range(600):
        pairs = [(chosen.choice(names), chosen.choice(values)) for _ in range(chosen.randint(0, 3))]
        if parser == "json":
            parts = [f'"{n}": "{v}"' if chosen.random() < 0.5 else f'"{n}":{v}' for n, v in pairs]
            line = (
                "{" + ", ".join(parts) + chosen.choice(["}", "} tail", "", ', "o":{"status":500}}'])
            )
        else:
            line = " ".join(f'{n}="{v}"' if " " in v else f"{n}={v}" for n, v in pairs)
        lines.append((number, line))
    push(store, lines)
    conditions = (
        "status >= 500",
        "status < 2 and path = `ok`",
        "status = `x`",
        "status = `a/b`",
        "status > 700ms",
        "status > 1KB",
        "status = `a]b`",
        "status = `c}d,`",
        "status >= 500 or path = `ok`",
    )
    for condition in conditions:
        query = f'{{job="x"}} | {parser} | {condition}'
        found = sorted((e.time_ns, e.line) for e in entries(store, query))
        # A format that changes nothing stands between, so that nothing is known of conditions.
        plain = f'{{job="x"}} | {parser} | label_format unused=nothing | {condition}'
        assert found == sorted((e.time_ns, e.line) for e in entries(store, plain))
        assert found or condition != "status >= 500"

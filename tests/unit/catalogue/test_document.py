"""YAML files are read with places, and what is not YAML is a diagnostic, not a traceback."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from whiteroom_monitoring.catalogue import document
from whiteroom_monitoring.diagnostics import DiagnosticsError

# Content, line, column, problem.
UNREADABLE = [
    (b"", 0, 0, "the file is empty"),
    (b"# nothing but a comment\n", 0, 0, "the file is empty"),
    (b"a: 1\n\tb: 2\n", 2, 1, "found a tab where YAML expects spaces"),
    (b"a: [1, 2\nb: 3\n", 2, 2, "not valid YAML"),
    (b"a: *nowhere\n", 1, 4, "not valid YAML: found undefined alias 'nowhere'"),
    (b"a: 1\nb: 2\na: 3\n", 3, 1, "the key a is given twice"),
    (b"\na: *nowhere\n", 2, 4, "found undefined alias"),
    (b"a: ok\nb: \xff\n", 2, 4, "the byte 0xff is not UTF-8"),
    (b"a: \x07\n", 1, 4, "the character U+0007, which YAML does not allow"),
    (b"a: &x [1, *x]\n", 1, 4, "an alias inside its own anchor"),
    (b"a: &x {b: 1}\nc:\n  <<: *x\n", 3, 3, "a merge key (<<)"),
    (b"? [a]\n: 1\n", 1, 3, "a list or mapping as a key"),
    (b"a: 1\n---\nb: 2\n", 2, 1, "not valid YAML"),
    (b"a: !!int abc\n", 1, 4, "'abc' does not fit the tag"),
    (b"a: !!bool maybe\n", 1, 4, "'maybe' does not fit the tag"),
    (b"a: !secret abc\n", 1, 4, "'abc' does not fit the tag !secret"),
    (b"[" * 5000, 0, 0, "lists or mappings are nested more than 100 deep"),
    (b"- " * 200_000 + b"a", 0, 0, "nested more than 100 deep"),
    (
        b"a: &a0 [1]\n" + b"".join(b"b%d: &a%d [*a%d]\n" % (n, n, n - 1) for n in range(1, 2000)),
        0,
        0,
        "are nested more than 100 deep",
    ),
    (b"a: 12345678901234567890\n", 1, 4, "a number of 20 digits does not fit 64 bits"),
    (b"a: " + b"9" * 5000 + b"\n", 1, 4, "a number of 5000 digits does not fit 64 bits"),
]


@pytest.mark.parametrize(
    ("content", "line", "column", "problem"), UNREADABLE, ids=[row[3] for row in UNREADABLE]
)
def test_unreadable_file_is_a_diagnostic(
    content: bytes, line: int, column: int, problem: str, tmp_path: Path
) -> None:
    """A file that is not plain YAML is a diagnostic with its place and what was found there."""
    path = tmp_path / "a.yaml"
    path.write_bytes(content)
    with pytest.raises(DiagnosticsError) as caught:
        document.read(path)
    [diagnostic] = caught.value.diagnostics
    assert (diagnostic.path, diagnostic.line, diagnostic.column) == (path, line, column)
    assert problem in diagnostic.problem


def test_a_hundred_levels_are_read(tmp_path: Path) -> None:
    """The bound is the last depth that is read."""
    path = tmp_path / "a.yaml"
    path.write_text("[" * 100 + "]" * 100)
    assert document.read(path).data != []
    path.write_text("[" * 101 + "]" * 101)
    with pytest.raises(DiagnosticsError, match="more than 100 deep"):
        document.read(path)


def test_file_that_can_not_be_opened_is_a_diagnostic(tmp_path: Path) -> None:
    """A folder in the place of a file is reported, with the system's reason."""
    with pytest.raises(DiagnosticsError, match="the file can't be read: Is a directory"):
        document.read(tmp_path)


# As YAML 1.2 reads them; YAML 1.1 differs in every second one.
SCALARS = [
    ("9223372036854775807", 9_223_372_036_854_775_807),
    ("0.1234567890123456789", 0.1234567890123456789),
    ("on", "on"),
    ("true", True),
    ("yes", "yes"),
    ("False", False),
    ("12:30", "12:30"),
    ("007", 7),
    ("1e-3", 0.001),
    ("1_000", "1_000"),
    (".5", 0.5),
    ("2024-01-01", "2024-01-01"),
    ("-.inf", -math.inf),
    ("~", None),
    ("null", None),
    ("0x1F", "0x1F"),
    ("'12'", "12"),
    ("+Inf", "+Inf"),
]


@pytest.mark.parametrize(("text", "value"), SCALARS)
def test_scalar_is_read_as_in_yaml_1_2(text: str, value: object, tmp_path: Path) -> None:
    """A plain scalar has the type that the core schema of YAML 1.2 gives it."""
    path = tmp_path / "a.yaml"
    path.write_text(f"a: {text}\n")
    assert document.read(path).data == {"a": value}


@pytest.fixture
def example(tmp_path: Path) -> document.Document:
    """A document with a list of mappings and a block of text."""
    path = tmp_path / "a.yaml"
    path.write_bytes(
        b"\xef\xbb\xbfrules:\r\n  - name: one\r\n    expr: |\r\n"
        b"      sum(up_x) +\r\n      sum(up)\r\n"
    )
    return document.read(path)


def test_places_count_lines_and_columns_from_one(example: document.Document) -> None:
    """Values, keys and words are found where they stand, with CR LF and a byte order mark too."""
    pointer = ("rules", 0, "name")
    assert example.data == {"rules": [{"name": "one", "expr": "sum(up_x) +\nsum(up)\n"}]}
    assert example.place(pointer) == (2, 11)
    assert example.key_place(pointer) == (2, 5)
    assert example.word_place(("rules", 0, "expr"), "up") == (5, 11)


def test_place_of_what_is_missing_is_that_of_what_surrounds_it(example: document.Document) -> None:
    """A missing key is placed at the mapping that lacks it, a missing word at its text."""
    assert example.place(("rules", 0, "help")) == (2, 5)
    assert example.key_place(("rules", 7)) == (2, 3)
    assert example.word_place(("rules", 0, "name"), "two") == (2, 11)


def test_mappings_skips_what_is_none(example: document.Document) -> None:
    """Only mappings of a list that is there are yielded, whatever else stands in its place."""
    assert [pointer for pointer, _ in example.mappings(("rules",))] == [("rules", 0)]
    for pointer in [("groups",), ("rules", 0, "name"), ("rules", 0, "name", "x"), ()]:
        assert list(example.mappings(pointer)) == []

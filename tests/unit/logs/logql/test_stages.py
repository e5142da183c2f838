"""The laws of stages: what becomes of a line, its labels and its errors."""

from __future__ import annotations

from collections.abc import Mapping

import pytest

from tests.support.logql import through
from whiteroom_monitoring.logs.logql.lexer import ParseError

Found = Mapping[str, str] | None
JSON = r'{"a":"x","n":1.50,"t":true,"z":null,"o":{"p q":{"r":"s"}},"l":[1],"2d":"e","u":"\u00e9"}'

LABELS: list[tuple[str, str, Found]] = [
    ("| json", JSON, {"a": "x", "n": "1.50", "t": "true", "o_p_q_r": "s", "_2d": "e", "u": "é"}),
    ("| json", '{"a":"1","a":"2"}', {"a": "1"}),
    ("| json", '{"a":"1"} trailing', {"a": "1"}),
    ("| json", '{"a":"1",}', {"a": "1"}),
    ("| json | __error__=``", '{"a":"1", b}', None),
    ("| json x=`o.p`", '{"o":1}', {"x": ""}),
    ("| json x=`o[\"p q\"].r`,y=`l[0]`,w=`z`", JSON, {"x": "s", "y": "1", "w": ""}),
    ("| json x=`l`,y=`o`", JSON, {"x": "[1]", "y": '{"p q":{"r":"s"}}'}),
    ("| json x=`nothing`", JSON, {"x": ""}),
    ("| json x=`y`", '{"y":1,"z":what}', {"x": "1"}),
    ("| json x=`y`", '{"z":what,"y":1}', {"x": ""}),
    ("| logfmt", 'a=1 b="x \\"y\\"" c= d e="" f=é', {"a": "1", "b": 'x "y"', "f": "é"}),
    ("| logfmt --keep-empty", "a= b c=1", {"a": "", "b": "", "c": "1"}),
    ("| logfmt", "a=1 =2 b=3 c=x=y d=4", {"a": "1", "b": "3", "d": "4"}),
    ("| logfmt x=`a`, b", "a=1 b=2 c=3", {"x": "1", "b": "2"}),
    ("| logfmt x=`a`, y=`b`", "a=1 x=2 y=3", {"x": "2", "y": "3"}),
    ("| logfmt x=`a` | logfmt x=`b`", "a=1", {"x": ""}),
    ("| regexp `(?P<x>.+)` | logfmt x=`b`", "a=1", {"x": ""}),
    ("| logfmt", "a=1 a=2", {"a": "1"}),
    ("| logfmt | logfmt", "a=1", {"a": "1"}),
    ("| regexp `(?P<m>[A-Z]+) /(?P<p>\\w+)`", "GET /x", {"m": "GET", "p": "x"}),
    ("| regexp `(?P<m>[A-Z]+) /(?P<p>\\w+)`", "nothing", {}),
    ("| pattern `<m> /<p>?<_>`", "GET /x?y", {"m": "GET", "p": "x"}),
    ("| pattern `<m> /<p>?<_>`", "GET /x", {"m": "GET", "p": "x"}),
    ("| json | a=`x`", JSON, {"a": "x", "n": "1.50", "t": "true", "o_p_q_r": "s", "_2d": "e",
                             "u": "é"}),
    ("| logfmt | a>1 and a<=3", "a=2", {"a": "2"}),
    ("| logfmt | a>1 and a<=3", "a=4", None),
    ("| logfmt | a>1", "b=4", None),
    ("| logfmt | a>1s or b=`x`", "a=900ms b=x", {"a": "900ms", "b": "x"}),
    ("| logfmt | a>=1KB", "a=1000B", {"a": "1000B"}),
    ("| logfmt | a=ip(`10.0.0.0/8`)", "a=10.2.3.4", {"a": "10.2.3.4"}),
    ("| logfmt | a!=ip(`10.0.0.1-10.0.0.9`)", "a=10.0.0.5", None),
    ("| logfmt | a=ip(`no address`) or b=`2`", "a=10.0.0.5 b=2", {"a": "10.0.0.5", "b": "2"}),
    ("| logfmt | a=ip(`no address`) and b=`2`", "a=10.0.0.5 b=2", None),
    ("| logfmt | a>=1_000", "a=1_000.5", {"a": "1_000.5"}),
    ("| logfmt | drop a, b=`2`, c=`9`", "a=1 b=2 c=3", {"c": "3"}),
    ("| logfmt | keep a, b=`2`, c=`9`", "a=1 b=2 c=3", {"a": "1", "b": "2"}),
    ("| logfmt | label_format z=a, y=`{{.b}}!`", "a=1 b=2", {"z": "1", "b": "2", "y": "2!"}),
    ("| logfmt | label_format z=nothing", "a=1", {"a": "1"}),
    ("| logfmt | label_format a=`x` | a=`x`", "a=1", {"a": "x"}),
    ("| json | drop a | logfmt | a=`x`", '{"a":"y","b":" a=x "}', None),
    ("| decolorize | logfmt", "\x1b[31ma=1\x1b[0m", {"a": "1"}),
]  # fmt: skip


@pytest.mark.parametrize(("stages", "line", "labels"), LABELS)
def test_stages_find_labels(stages: str, line: str, labels: Found) -> None:
    """Parsers find labels, the first of a name; conditions keep lines; the rest picks labels."""
    found = through(stages, line)
    assert (found and found[1]) == labels


@pytest.mark.parametrize(
    ("stages", "line", "error", "details"),
    [
        ("| json", '{"a":', "JSONParserErr", "Malformed JSON error"),
        ("| json", "a=1", "JSONParserErr",
         "Value looks like object, but can't find closing '}' symbol"),
        ("| json x=`y`", "a", "JSONParserErr", ""),
        ("| json x=`y`", '{"y":what}', "JSONParserErr", "Unknown value type"),
        ("| json x=`y.z`, w=`v`", '{"v":1,"y":{"z":}}', "JSONParserErr", "Unknown value type"),
        ("| unpack", "a=1", "JSONParserErr", "expecting json object(6), but it is not"),
        ("| json", '{"a":[1', "JSONParserErr", "Value is array, but can't find closing ']' symbol"),
        ("| logfmt --strict", 'a=1 "b', "LogfmtParserErr",
         "logfmt syntax error at pos 5 : unexpected '\"'"),
        ("| logfmt | a > 1", "a=x", "LabelFilterErr",
         'strconv.ParseFloat: parsing "x": invalid syntax'),
        ("| logfmt | a > 1s", "a=1x", "LabelFilterErr",
         'time: unknown unit "x" in duration "1x"'),
        ("| line_format `{{.a | now}}`", "b", "TemplateFormatErr",
         'template: line:1:7: executing "line" at <now>: wrong number of args for now: '
         "want 0 got 1"),
    ],
)  # fmt: skip
def test_an_error_is_a_label(stages: str, line: str, error: str, details: str) -> None:
    """What can't be read stays, with what is wrong; a condition on the error leaves it out."""
    found = through(stages, line)
    assert found is not None
    assert found[1].get("__error__") == error
    assert found[1].get("__error_details__", "") == details
    assert through(f'{stages} | __error__=""', line) is None
    dropped = through(f"{stages} | drop __error__, __error_details__", line)
    assert dropped is not None
    assert not any(name.startswith("__") for name in dropped[1])


def test_a_name_belongs_to_the_stream_then_to_metadata_then_to_the_line() -> None:
    """Who loses a name takes it with a suffix, and what was parsed comes first there."""
    stream, meta = {"a": "stream", "b": "stream"}, {"a": "meta", "c": "meta"}
    found = through("| logfmt", "a=line b=line c=line d=line", stream, meta)
    assert found == (
        "a=line b=line c=line d=line",
        {"a": "stream", "b": "stream", "c": "meta", "d": "line", "a_extracted": "line",
         "b_extracted": "line", "c_extracted": "line"},
    )  # fmt: skip


def test_of_a_name_that_is_taken_the_first_pair_counts() -> None:
    """An expression of logfmt reads no further than to the second pair of such a name."""
    found = through("| logfmt a, b", "a=1 a=2 b=3", {"a": "stream"})
    assert found == ("a=1 a=2 b=3", {"a": "stream", "a_extracted": "1", "b": ""})


def test_unpack_gives_the_line_back_that_was_packed() -> None:
    """Labels of a packed line are labels again; what is not packed stays as it is."""
    assert through("| unpack", '{"x":"1","y":2,"_entry":"the \\"line\\""}') == (
        'the "line"',
        {"x": "1"},
    )
    assert through("| unpack", '{"x":"1"}') == ('{"x":"1"}', {})


@pytest.mark.parametrize(
    ("filter_", "line", "is_kept"),
    [
        ('|= "b" or "z"', "abc", True),
        ('!= "b" or "z"', "abc", False),
        ("|~ `b+|z` or `q`", "abc", True),
        ("!~ `(?i)B`", "abc", False),
        ("|> `a<_>c`", "abc", True),
        ("|> `a<_>`", "abc", True),
        ("|> `<_>b`", "abc", False),
        ("!> `<_>b<_>`", "abc", False),
        ("|> ``", "", True),
        ('|= ip("192.168.0.0/16")', "from 192.168.4.5:80 to", True),
        ('|= ip("192.168.0.1-192.168.0.9")', "192.168.0.10", False),
        ('|= ip("2001:db8::/32")', "at [2001:db8::1] x", True),
        ('!= ip("1.2.3.4")', "1.2.3.4", False),
        ('|= ip("1.2.3.4") or "x"', "x", True),
    ],
)
def test_line_filters(filter_: str, line: str, is_kept: bool) -> None:
    """A filter keeps lines with one of its values; a negated one those without any."""
    assert (through(filter_, line) is not None) == is_kept


@pytest.mark.parametrize(
    "stages",
    [
        "|~ `(`",
        '|= ip("1.2.3")',
        '|~ ip("1.2.3.4")',
        "|> `<name>`",
        "| json x=`a b`",
        "| logfmt x=`a.b`",
        "| line_format `{{`",
        "| line_format `{{ .a | nothing }}`",
        "| label_format __error__=x",
        "| label_format x=y,x=z",
        '| x=ip("y")',
    ],
)
def test_what_a_stage_cannot_do_is_told_before_it_runs(stages: str) -> None:
    """An error of a stage names the stage, and has no place."""
    with pytest.raises(ParseError, match="stage '") as caught:
        through(stages, "x")
    assert (caught.value.line, caught.value.column) == (0, 0)


def test_line_filters_run_before_parsers() -> None:
    """A filter looks at the line as it is stored, until a format has written it anew."""
    assert through("| logfmt | line_format `{{.a}}` |= `x`", "a=y b=x") is None
    assert through("| logfmt |= `x` | line_format `{{.a}}`", "a=y b=x") is not None


@pytest.mark.parametrize(
    ("stages", "line", "shown"),
    [
        ("| json | line_format `{{.__error__}}`", "a=1", "JSONParserErr"),
        ("| logfmt | line_format `{{$x := .a}}`", "a=1", ""),
        (
            "| decolorize",
            "\x1b[1;38;5;196mred\x1b[0m \x1b]0;title\x07\x1b]8;;u\x1b\\link",
            "red link",
        ),
        ("| decolorize", "\x1b[2K\x1b[?25l\x1b(Ba\x9b b\x1b", "a\x1b"),
    ],
)
def test_a_line_is_written_anew(stages: str, line: str, shown: str) -> None:
    """A format may show an error, declares without writing, and colours are removed."""
    written = through(stages, line)
    assert written is not None
    assert written[0] == shown

"""The laws of LogQL's syntax: what is a query, how it is written, and where it is wrong."""

from __future__ import annotations

import random

import pytest

from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql import formatting
from whiteroom_monitoring.logs.logql.formatting import pretty
from whiteroom_monitoring.logs.logql.lexer import Lexer, ParseError
from whiteroom_monitoring.logs.logql.parser import parse, parse_labels, parse_selector

QUERIES = {
    '{a="b",c!="d" , e=~"f+",g!~`h`}': '{a="b", c!="d", e=~"f+", g!~"h"}',
    '{a="b"}|="x"or"y"!="z"or"w"': '{a="b"} |= "x" or "y" != "z" != "w"',
    '{a="b"}|=ip("10.0.0.0/8")or"v"|>"<_> w"': '{a="b"} |= ip("10.0.0.0/8") or "v" |> "<_> w"',
    '{a="b"} | logfmt --keep-empty --strict x,y="z" ': (
        '{a="b"} | logfmt --strict --keep-empty x="x",y="z"'
    ),
    '{a="b"}|json p="q[0].r"|unpack|decolorize': '{a="b"} | json p="q[0].r" | unpack | decolorize',
    '{a="b"} | x>5 and y=~"p.q+" or z="w"': '{a="b"} | ( ( x>5 , y=~`p.q+` ) or z="w" )',
    '{a="b"} | x!~`p.q+` | y=~"r.+"': '{a="b"} | x!~"p.q+" | y=~`r.+`',
    '{a="b"} | x=1, y=2 or z=3': '{a="b"} | ( x==1 , ( y==2 or z==3 ) )',
    '{a="b"} | x=1 y=2': '{a="b"} | ( x==1 , y==2 )',
    '{a="b"} | t>=1m30s | s<2.5KiB | n!=-0.5': '{a="b"} | t>=1m30s | s<2.6kB | n!=-0.5',
    '{a="b"} | i!=ip("::1")': '{a="b"} | i!=ip("::1")',
    '{a="b"} | line_format "{{.x}}\\t" | label_format p=q,r=`{{.s}}`': (
        '{a="b"} | line_format "{{.x}}\\t" | label_format p=q,r="{{.s}}"'
    ),
    '{a="b"} | drop x,y="z" | keep w': '{a="b"} | drop x,y="z" | keep w',
    "SUM BY(x)(RATE({a=\"b\"}[5m]))": 'sum by (x)(rate({a="b"}[5m]))',
    'count_over_time({a="b"}[1h] offset 90m |= "x")': (
        'count_over_time({a="b"} |= "x"[1h] offset 1h30m0s)'
    ),
    'max_over_time(({a="b"}|unwrap bytes(x)|x>1)[1d])by(y)': (
        'max_over_time({a="b"} | unwrap bytes(x) | x>1[1d]) by (y)'
    ),
    'quantile_over_time(.99,{a="b"}|unwrap x[5m])without(y)': (
        'quantile_over_time(0.99,{a="b"} | unwrap x[5m]) without (y)'
    ),
    'topk(3,sum(rate({a="b"}[5m]))by(x))': 'topk(3,sum by (x)(rate({a="b"}[5m])))',
    "1+2*3^2^0/vector(4)": "(1 + (6 / vector(4.000000)))",
    "1e20 * 10": "1e+21",
    'rate({a="b"}[1m]) > bool on(x) group_left(y) vector(1)': (
        '(rate({a="b"}[1m]) > bool on (x) group_left (y) vector(1.000000))'
    ),
    'rate({a="b"}[1m]) or ignoring() rate({c="d"}[1m]) unless on() vector(1)': (
        '(rate({a="b"}[1m]) or (rate({c="d"}[1m]) unless on ()  vector(1.000000)))'
    ),
    'label_replace(vector(1),"x","$1","y","(.*)")': (
        'label_replace(vector(1.000000),"x","$1","y","(.*)")'
    ),
    '# what\n{a="b"} # why': '{a="b"}',
    'sum(rate({a="b"} | unwrap x | y=ip("") [1m]))': 'sum(rate({a="b"} | unwrap x | y=ip("")[1m]))',
    "{sum=\"a\", rate=`b`}": '{sum="a", rate="b"}',
}  # fmt: skip


@pytest.mark.parametrize(("query", "canonical"), QUERIES.items())
def test_a_query_has_one_canonical_form(query: str, canonical: str) -> None:
    """Queries that mean the same are written alike, and what is written means the same."""
    assert str(parse(query)) == canonical
    if "KiB" not in query:
        assert str(parse(canonical)) == canonical


@pytest.mark.parametrize(
    ("query", "line", "column"),
    [
        ('{a="b"', 1, 7),
        ('{a="b",}', 1, 8),
        ('{a="b"} | unwrap x', 1, 11),
        ('{a="b"}\n| x >', 2, 6),
        ('rate({a="b"})', 1, 13),
        ('rate({a="b"}[5m]', 1, 17),
        ('rate({a="b"}[5x])', 0, 13),
        ('rate({a="b"}[5m)', 0, 13),
        ('{a="b"}[5m]', 0, 8),
        ('sum({a="b"})', 1, 12),
        ("sum(3)(4)", 1, 7),
        ('{a="b"} | ip("::1")', 1, 11),
        ('rate({a="b"}[5m] @ 1)', 1, 18),
        ('rate({a="b"}[5m]) + on(x) group_left(rate', 1, 42),
        ("rate{}", 1, 1),
        ('{a="\\q"}', 1, 4),
        ("0x", 1, 1),
        ("/* never", 1, 1),
        ('{a=~"("}', 0, 0),
        ('{a=~"b)|(c"} | json |', 0, 0),
        ("", 0, 0),
        ('{a="\udcff"}', 1, 4),
        ('{a="b"} | regexp "x"', 0, 0),
        ('{a="b"} | pattern "<a><b>"', 0, 0),
        ('{a="b"} | pattern ""', 0, 0),
        ("topk(0, vector(1))", 0, 0),
        ("topk(vector(1))", 0, 0),
        ("sum(1, vector(1))", 0, 0),
        ('approx_topk(2, rate({a="b"}[5m])) by (x)', 0, 0),
        ("sort(vector(1)) by (x)", 0, 0),
        ("1 or vector(1)", 0, 0),
        ('{a="b"} * 2', 0, 0),
        ('rate_counter({a="b"} | unwrap x [5m]) by (y)', 0, 0),
        ('quantile_over_time({a="b"} | unwrap x [5m])', 0, 0),
        ('count_over_time({a="b"} | unwrap x [5m])', 0, 0),
        ('sum(rate({a=~".*"}[5m]))', 0, 0),
        ('label_replace(vector(1),"a","b","c","(")', 0, 0),
        ("vector(0x10)", 0, 0),
        ("(" * 5000, 0, 0),
    ],
)
def test_an_error_has_a_place(query: str, line: int, column: int) -> None:
    """The place is that of what does not fit; what is right in its syntax alone has none."""
    with pytest.raises(ParseError) as caught:
        parse(query)
    assert (caught.value.line, caught.value.column) == (line, column)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("1h 5KB 7 -3m - 3", "DURATION BYTES NUMBER DURATION - NUMBER"),
        ("sum sum( sum by (", "IDENTIFIER sum ( sum by ("),
        ("|= | = !> !>=", "|= | = !> !> ="),
        ("--strict --what", "FUNCTION_FLAG - - IDENTIFIER"),
        ("ip ip(", "IDENTIFIER ip ("),
        ("Json JSON jsonx", "json json IDENTIFIER"),
        ("[5m]", "RANGE"),
    ],
)
def test_words_are_told_by_what_follows(text: str, kinds: str) -> None:
    """A function is one before a parenthesis, and a name elsewhere."""
    lexer = Lexer(text)
    found = []
    while (token := lexer.next()).kind != "$end":
        found.append(token.kind)
    assert " ".join(found) == kinds


def test_a_long_query_takes_lines() -> None:
    """What is longer than a hundred characters is indented by its parts."""
    query = (
        'sum by (job) (rate({job="backend", instance="a"} |= "error" | json | status >= 500 '
        '| duration > 1s | method="GET" [5m] offset 1h)) / 100'
    )
    assert pretty(parse(query)).splitlines() == [
        "  sum by (job)(",
        "    rate(",
        '      {job="backend", instance="a"} |= "error" | json | status>=500 | duration>1s '
        '| method="GET" [5m] offset 1h',
        "    )",
        "  )",
        "/",
        "  100",
    ]
    assert pretty(parse('{a="b"}')) == '{a="b"}'


@pytest.mark.parametrize("characters", [100, 10])
@pytest.mark.parametrize(
    "query",
    [
        '(rate({a="b"}[5m]) + rate({a="c"}[5m])) * 2',
        'rate({a="b"}[5m]) - (rate({a="c"}[5m]) - rate({a="d"}[5m]))',
        '(rate({a="b"}[5m]) ^ rate({a="c"}[5m])) ^ rate({a="d"}[5m])',
        'rate({a="b"}[5m]) ^ rate({a="c"}[5m]) ^ rate({a="d"}[5m])',
        'rate({a="b"}[5m]) + on() group_left rate({a="c"}[5m])',
        'rate({a="b"}[5m]) + ignoring() group_right(x) rate({a="c"}[5m])',
        'avg_over_time({a="b"} | unwrap x [5m]) by ()',
        'sum without () (rate({a="b"}[5m]))',
        'sum by () (rate({a="b"}[5m]))',
        'rate({a="b"}[5m] offset 1500us)',
        'label_replace(rate({a="b"}[5m]), "a", "$1", "b", "(.*)") > bool 1 unless vector(2)',
    ],
)
def test_a_formatted_query_is_the_same_query(
    query: str, characters: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many lines a query takes, it means what it did."""
    monkeypatch.setattr(formatting, "LINE_CHARACTERS", characters)
    assert parse(pretty(parse(query))) == parse(query)


def test_labels_of_a_push_are_names_with_values() -> None:
    """Labels are told once, and one without a value is none."""
    assert parse_labels('{a="b", c=`d`,e="", }') == {"a": "b", "c": "d"}
    for text in ('{a="b", a="c"}', '{a!="b"}', "{a}", "a", '{a="b"} x'):
        with pytest.raises(ParseError):
            parse_labels(text)


def test_a_selector_has_no_stages() -> None:
    """Series are asked for by matchers alone."""
    with pytest.raises(QueryError, match="only label matchers are supported"):
        parse_selector('{a="b"} |= "c"')


def _mutants(count: int, seed: int) -> list[str]:
    chosen = random.Random(seed)
    texts = list(QUERIES)
    parts = [*'{}()[]"`,=|!~>#\\', "by", "json", "5m", "ip(", "unwrap", "\u00e9", "\0", "offset"]
    mutants = []
    for _ in range(count):
        text = chosen.choice(texts)
        for _ in range(chosen.randint(1, 4)):
            at = chosen.randrange(len(text) + 1)
            until = min(len(text), at + chosen.randrange(4))
            text = text[:at] + chosen.choice([*parts, ""]) + text[until:]
        mutants.append(text)
    return mutants


@pytest.mark.parametrize("count", [2000, pytest.param(100_000, marks=pytest.mark.long, id="many")])
def test_no_text_does_harm(count: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A text is a query, whose canonical form is one, too, or an error."""
    for text in _mutants(count, seed=23):
        try:
            query = parse(text)
        except QueryError:
            continue
        again = str(query)
        # These are numbers that no query can be written with; Loki reads -0 as a duration.
        if not any(number in again for number in ("Inf", "NaN", "-0")):
            assert str(parse(again)) == again
            for characters in (100, 10):
                monkeypatch.setattr(formatting, "LINE_CHARACTERS", characters)
                assert str(parse(pretty(query))) == again

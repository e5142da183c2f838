"""Names in queries stand for what Grafana makes of them."""

from __future__ import annotations

import re

import pytest

from whiteroom_monitoring.datasources.errors import RequestError
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.interpolation import (
    MACROS,
    SCRAPE_INTERVAL_S,
    STYLES,
    Scope,
    Value,
    macros,
)
from whiteroom_monitoring.grafana.evaluation.time_range import TimeRange
from whiteroom_monitoring.grafana.model.grid import Grid, grid
from whiteroom_monitoring.promql.parse import parse

SCOPE = Scope(
    {
        "one": Value(("bass",), "bass", several=True),
        "two": Value(("bass", "a.b|c"), "bass, a.b|c", several=True),
        "all": Value(("x", "y"), "All", several=True, raw=".*"),
        "plain": Value(('sa"y',), 'sa"y'),
        "own": Value(("bass", "a.b|c"), "bass, a.b|c", several=True, authored=True),
    }
)


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ('{c=~"$one"}', '{c=~"bass"}'),
        ('{c=~"${one}"} [[one]]', '{c=~"bass"} bass'),
        ('{c=~"$two"}', '{c=~"(bass|a\\\\.b\\\\|c)"}'),
        ('{c=~"$all"}', '{c=~".*"}'),
        ('{c="$plain"}', '{c="sa\\"y"}'),
        ("${own:csv} ${own:pipe} ${two:json}", 'bass,a.b|c bass|a.b|c ["bass", "a.b|c"]'),
        ('{c=~"${two:regex}"} ${own:regex}', '{c=~"(bass|a\\\\.b\\\\|c)"} (bass|a\\.b\\|c)'),
        ("${one:text} ${one:percentencode}", "bass bass"),
        ('label_replace(x, "a", "$1", "b", "(.*)")', 'label_replace(x, "a", "$1", "b", "(.*)")'),
        ('{c=~"a$"} $unknown', '{c=~"a$"} $unknown'),
    ],
)
def test_query(written: str, expected: str) -> None:
    """A variable is put in as Grafana's data source for Prometheus puts it in."""
    assert SCOPE.query(written) == expected


HOSTILE = ('x"} or up or up{c="', "x'} or vector(1)", "a\\", 'a\\"', "x)\n or up", "5m] offset 1d")


@pytest.mark.parametrize("several", [False, True])
@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("form", ["$v", "${v:raw}", "${v:csv}", "${v:pipe}", "${v:regex}", "[[v]]"])
def test_a_value_can_not_leave_its_string(value: str, form: str, several: bool) -> None:
    """Whatever a stranger chooses, the query has the strings that its author wrote, and no more."""
    scope = Scope({"v": Value((value,), value, several=several)})
    for quote in "\"'":
        written = f"up{{c={quote}{form}{quote}}}"
        (matcher,) = parse(scope.query(written)).matchers.matchers
        assert matcher.name == "c"
    with pytest.raises(RequestError, match="no name, number or duration"):
        scope.query(f"up offset {form}")
    with pytest.raises(RequestError):
        scope.query(f"# it's a note\nsum by ({form}) (up)")


def test_a_backtick_can_not_be_quoted() -> None:
    """Between backticks nothing is escaped, so a value that holds one is refused."""
    scope = Scope({"v": Value(("a`} or up{b=`",), "")})
    with pytest.raises(RequestError, match="found a `"):
        scope.query("up{c=`$v`}")


def test_what_the_author_wrote_is_put_in_as_it_is() -> None:
    """An option of the dashboard itself may be any part of a query, repeated panels included."""
    scope = Scope({"v": Value(("rate(up[5m])",), "", authored=True)})
    assert scope.query("sum($v)") == "sum(rate(up[5m]))"
    repeated = scope.with_value("v", "rate(up[5m])")
    assert repeated.query("sum(${v:raw})") == "sum(rate(up[5m]))"


@pytest.mark.parametrize("written", ["rate(x[$__nothing])", "${one:shouting}"])
def test_what_is_not_known_is_named(written: str) -> None:
    """A macro or a format that is not supported is no query of something else."""
    with pytest.raises(UnsupportedError):
        SCOPE.query(written)


@pytest.mark.parametrize(
    ("length_s", "points", "interval", "rate"),
    [(1800, 500, "5s", "1m"), (3600, 120, "30s", "1m"), (86_400, 500, "5m", "315s")],
)
def test_macros(length_s: int, points: int, interval: str, rate: str) -> None:
    """$__rate_interval is the step and a scrape, and four scrapes of 15 s at least."""
    when = TimeRange(1_000_000, 1_000_000 + length_s)
    values = macros(when, grid(when, points, 0), 15)
    assert values["__interval"] == interval
    assert values["__rate_interval"] == rate
    assert values["__range"] == f"{length_s}s"


def test_every_macro_has_its_unit() -> None:
    """Macros that end in _ms are milliseconds, those of the range are whole seconds."""
    when = TimeRange(1_000_000.25, 1_003_600.75)
    values = macros(when, grid(when, 120, 0), 15)
    assert values["__interval_ms"] == "30000"
    assert values["__rate_interval_ms"] == "60000"
    assert (values["__range_s"], values["__range_ms"]) == ("3600", "3600000")
    assert (values["__from"], values["__to"]) == ("1000000250", "1003600750")
    assert macros(TimeRange(0, 0.1), grid(when, 120, 0), 15)["__range"] == "1s"


def test_macros_are_put_in_in_every_way_of_writing() -> None:
    """A macro stands in braces, in brackets or alone; it comes before a variable of its name."""
    scope = SCOPE.with_macros({"__range_s": "60", "one": "macro"})
    assert scope.query("${__range_s} [[__range_s]] $__range_s $one") == "60 60 60 macro"


def test_a_repeated_panel_has_one_value() -> None:
    """One value of a variable is put in as of a variable that may have several: as a pattern."""
    scope = SCOPE.with_value("two", "a.b")
    assert scope.query('{c=~"$two"}') == '{c=~"a\\\\.b"}'
    assert scope.text("Channel $two") == "Channel a.b"
    assert scope.query('{c=~"$one"}') == '{c=~"bass"}'


def test_a_text_for_people_keeps_what_is_unknown() -> None:
    """A title with a macro that is not supported is shown as it is written; a link is refused."""
    assert SCOPE.tolerant_text("$two over $__nothing") == "bass, a.b|c over $__nothing"
    with pytest.raises(UnsupportedError):
        SCOPE.text("$two over $__nothing")


def test_every_macro_has_its_value() -> None:
    """Macros say the range, its step, and a range of rates of four scrapes at least."""
    hour, minute = TimeRange(1000.25, 4600.25), TimeRange(0.0, 0.2)
    assert macros(hour, Grid(960.0, 120.0, 31), 15.0) == {
        "__interval": "2m",
        "__auto": "2m",
        "__timezone": "UTC",
        "__url_time_range": "from=1000250&to=4600250",
        "__interval_ms": "120000",
        "__rate_interval": "135s",
        "__rate_interval_ms": "135000",
        "__range": "3600s",
        "__range_s": "3600",
        "__range_ms": "3600000",
        "__from": "1000250",
        "__to": "4600250",
    }
    short = macros(minute, Grid(0.0, 1.0, 1), 10.0)
    assert (short["__rate_interval"], short["__range_s"]) == ("40s", "1")
    assert set(MACROS) == set(short)
    assert SCRAPE_INTERVAL_S == 15


def test_what_is_unknown_in_a_text_stays() -> None:
    """A text for people keeps what it can't replace, a query of it is refused."""
    scope = Scope({"v": Value(("a", "b"), "A + B", several=True)}, {"__range": "1h"})
    text = "$v $w ${v:csv} ${v:odd} [[v:pipe]] $__range ${__user} ${__user.login}"
    expected = "A + B $w a,b ${v:odd} a|b 1h ${__user} ${__user.login}"
    assert scope.tolerant_text(text) == expected
    for harm in ("${v:odd}", "$__user"):
        with pytest.raises(UnsupportedError):
            scope.query(harm)
        with pytest.raises(UnsupportedError):
            scope.text(harm)


def test_a_repeated_value_is_matched_as_a_pattern() -> None:
    """A value of a repeated panel is escaped, because it may stand beside =~."""
    scope = Scope().with_value("v", "a.b").with_macros({"__range": "1h"})
    assert scope.query('up{x=~"$v"}[$__range]') == 'up{x=~"a\\\\.b"}[1h]'
    assert scope.text("$v") == "a.b"


# A string of PromQL, which ends at its line.
_PROMQL_STRING = re.compile(r""""(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'""")
ESCAPES = ("\\", "} or secret #", "'", '"', "a'\n", "\n", "\r", "'} or secret{x='", "\\'", "`")


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("value", ESCAPES)
def test_a_style_that_quotes_keeps_its_value(style: str, value: str) -> None:
    """Of every style, outside of strings: a value is refused, or stands in strings alone."""
    scope = Scope({"v": Value((value,), value), "w": Value(("} or secret #",), "")})
    try:
        text = scope.query(f"up{{a=${{v:{style}}}, b=${{w:{style}}}}}")
    except RequestError:
        return
    if style == "queryparam":
        text = re.sub(r"var-[vw]=(?:[\w.~-]|%[0-9A-F]{2})*", "S", text)
    assert re.fullmatch(r"up\{a=\[?S\]?, b=\[?S\]?\}", _PROMQL_STRING.sub("S", text))


def test_a_text_is_judged_where_it_is_put_in() -> None:
    """The words that people read are refused outside of strings, whatever their value is."""
    scope = Scope({"v": Value(("bass",), "x} or secret #")})
    with pytest.raises(RequestError, match="no name, number or duration"):
        scope.query("up{c=${v:text}}")

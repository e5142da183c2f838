"""The laws of how values are written, reduced and coloured."""

from __future__ import annotations

from typing import Any

import pytest

from whiteroom_monitoring.grafana.display import colors, units
from whiteroom_monitoring.grafana.display.display_value import (
    Field,
    display_value,
    field_config,
    threshold_color,
)
from whiteroom_monitoring.grafana.evaluation.errors import UnsupportedError
from whiteroom_monitoring.grafana.evaluation.frames import Series, Value
from whiteroom_monitoring.grafana.evaluation.reduce import CALCULATIONS, reduced
from whiteroom_monitoring.grafana.model.field_config import FieldConfig, parse_field_config
from whiteroom_monitoring.grafana.model.json_node import Node


def configured(**defaults: Any) -> FieldConfig:
    """Return the configuration of a field with these defaults."""
    return parse_field_config(Node({"defaults": defaults}, [])).defaults


def written(value: float, unit: str) -> str:
    """Return a value as the browser writes it: by the last step that it has reached."""
    steps = units.unit(unit).steps
    _, by, symbol = next((s for s in reversed(steps) if value >= s[0]), steps[0])
    return f"{value / by:.12g}{symbol}"


@pytest.mark.parametrize(
    ("value", "unit", "expected"),
    [
        *((5.0, "none", "5"), (5.0, "short", "5"), (5e3, "short", "5 K"), (2e6, "short", "2 Mil")),
        *((3e9, "short", "3 Bil"), (50.0, "percent", "50 %"), (0.5, "percentunit", "50 %")),
        *((1.5, "s", "1.5 s"), (2e-3, "s", "2 ms"), (3e-6, "s", "3 µs"), (4e-9, "s", "4 ns")),
        *((60.0, "s", "1 min"), (7200.0, "s", "2 h"), (172_800.0, "s", "2 d")),
        *((31_536_000.0, "s", "1 y"), (1.0, "ms", "1 ms"), (60e3, "ms", "1 min")),
        *((1.0, "µs", "1 µs"), (1e6, "µs", "1 s"), (1.0, "ns", "1 ns"), (1e9, "ns", "1 s")),
        *((1024.0, "bytes", "1 KiB"), (1048576.0, "bytes", "1 MiB"), (2.0**40, "bytes", "1 TiB")),
        *((1e3, "decbytes", "1 kB"), (1e9, "Bps", "1 GB/s"), (1024.0, "binBps", "1 KiB/s")),
        *((1e6, "bps", "1 Mb/s"), (1024.0, "bits", "1 Kib"), (1e3, "decbits", "1 kb")),
        *((48e3, "hertz", "48 kHz"), (1e6, "hertz", "1 MHz"), (440.0, "hertz", "440 Hz")),
        *((2e3, "reqps", "2 K req/s"), (7.0, "cps", "7 c/s"), (3.0, "opm", "3 ops/min")),
        *((21.0, "celsius", "21 °C"), (-6.0, "dB", "-6 dB"), (3.0, "suffix: beats", "3  beats")),
        *((1500.0, "currencyUSD", "1.5K"), (2e3, "currencySEK", "2K kr"), (5.0, "d", "5 d")),
        *((2.0, "h", "2 h"), (48.0, "h", "2 d"), (0.5, "m", "30 s"), (6e3, "timeticks", "1 min")),
        *((1.0, "kbytes", "1 KiB"), (2048.0, "mbytes", "2 GiB"), (0.5, "gbytes", "512 MiB")),
        *((1e3, "deckbytes", "1 MB"), (3.0, "MBs", "3 MB/s"), (2e3, "pps", "2 kp/s")),
        *((0.5, "kwatt", "500 W"), (2e3, "mamp", "2 A"), (1e6, "µfarad", "1 F")),
        *((3.0, "si:mF", "3 mF"), (3e3, "si:mF", "3 F"), (2e3, "count:x", "2 K x")),
        *((7.0, "humidity", "7 %H"), (2e3, "pressurepsi", "2 ksi"), (8.0, "rotrpm", "8 rpm")),
        *((3.0, "lufs", "3 lufs"), (3.0, "mo:x", "3 mo:x"), (1.0, "bool", "1")),
    ],
)
def test_units(value: float, unit: str, expected: str) -> None:
    """A value is scaled by the last step that it has reached, and followed by its symbol."""
    assert written(value, unit) == expected


VALUES: list[Value] = [None, 2.0, None, 8.0, 5.0, None]


@pytest.mark.parametrize(
    ("calculation", "expected"),
    [
        *(("lastNotNull", 5.0), ("firstNotNull", 2.0), ("last", None), ("first", None)),
        *(("min", 2.0), ("max", 8.0), ("mean", 5.0), ("sum", 15.0), ("range", 6.0)),
        *(("diff", 3.0), ("count", 6.0), ("median", 5.0), ("delta", 11.0), ("diffperc", 1.5)),
        *(("p50", 5.0), ("p99", 8.0), ("step", -3.0), ("logmin", 2.0), ("changeCount", 2.0)),
        *(("variance", 6.0), ("distinctCount", 4.0)),
    ],
)
def test_calculations(calculation: str, expected: Value) -> None:
    """A calculation is of the values that are there; of none, there is no result."""
    assert reduced(VALUES, calculation) == expected
    nothing = 0.0 if "ount" in calculation else None
    assert reduced([], calculation) == nothing
    assert calculation in CALCULATIONS


def test_an_unknown_calculation_is_named() -> None:
    """A calculation that is not supported is no value."""
    with pytest.raises(UnsupportedError, match="the calculation p100"):
        reduced(VALUES, "p100")


@pytest.mark.parametrize(
    ("matcher", "field", "matches"),
    [
        (("byName", "a"), Field("a"), True),
        (("byName", "a"), Field("ab"), False),
        (("byRegexp", "/^a/i"), Field("AB"), True),
        (("byRegexp", "^a"), Field("ba"), False),
        (("byFrameRefID", "B"), Field("a", "B"), True),
        (("byFrameRefID", "B"), Field("B", "A"), False),
        (("byType", "number"), Field("a"), True),
        (("byType", "string"), Field("a"), False),
    ],
)
def test_matchers(matcher: tuple[str, str], field: Field, matches: bool) -> None:
    """An override changes the fields that its matcher names, and no other."""
    raw = {"matcher": {"id": matcher[0], "options": matcher[1]},
           "properties": [{"id": "unit", "value": "s"}]}  # fmt: skip
    source = parse_field_config(Node({"defaults": {"unit": "ms"}, "overrides": [raw]}, []))
    assert field_config(source, field).unit == ("s" if matches else "ms")


STEPS = [{"value": None, "color": "green"}, {"value": 50, "color": "red"}]


@pytest.mark.parametrize(
    ("value", "mode", "low", "high", "expected"),
    [
        (49.9, "absolute", None, None, "green"),
        (50.0, "absolute", None, None, "red"),
        (50.0, "percentage", 0, 200, "green"),
        (100.0, "percentage", 0, 200, "red"),
        (30.0, "percentage", 20, 40, "red"),
        (29.0, "percentage", 20, 40, "green"),
        (60.0, "percentage", 0, None, "red"),
        (60.0, "percentage", 60, 60, "red"),
    ],
)
def test_thresholds(
    value: float, mode: str, low: float | None, high: float | None, expected: str
) -> None:
    """The last threshold that is reached gives the colour; shares are of the way to the max."""
    config = configured(thresholds={"mode": mode, "steps": STEPS}, min=low, max=high)
    assert threshold_color(value, config) == expected


@pytest.mark.parametrize(
    ("mapping", "value", "expected"),
    [
        ({"type": "range", "options": {"from": 1, "to": 2, "result": {"text": "x"}}}, 1.0, "x"),
        ({"type": "range", "options": {"from": 1, "to": 2, "result": {"text": "x"}}}, 2.0, "x"),
        ({"type": "range", "options": {"from": 1, "to": 2, "result": {"text": "x"}}}, 0.9, None),
        ({"type": "range", "options": {"from": 1, "to": 2, "result": {"text": "x"}}}, 2.1, None),
        ({"type": "range", "options": {"from": 1, "result": {"text": "x"}}}, "1", None),
        ({"type": "special", "options": {"match": "empty", "result": {"text": "x"}}}, "", "x"),
        ({"type": "special", "options": {"match": "empty", "result": {"text": "x"}}}, "a", None),
        ({"type": "special", "options": {"match": "nan", "result": {"text": "x"}}}, None, "x"),
        ({"type": "value", "options": {"null": {"text": "x"}}}, None, "x"),
        ({"type": "value", "options": {"a": {"text": "x"}}}, "a", "x"),
        ({"type": "regex", "options": {"pattern": "^$", "result": {"text": "x"}}}, None, "x"),
    ],
)
def test_mappings(mapping: Any, value: Value | str, expected: str | None) -> None:
    """A mapping gives its words to the values that it names, both ends of a range included."""
    assert display_value(value, configured(mappings=[mapping])).text == expected


def test_no_value_stands_for_nothing() -> None:
    """Where there is no value, the panel's own words are shown."""
    assert display_value(None, configured(noValue="none")).text == "none"
    assert display_value(1.0, configured(noValue="none")).text is None
    with pytest.raises(UnsupportedError, match="of the type odd"):
        display_value(1.0, configured(mappings=[{"type": "odd"}]))


def test_colors_of_series() -> None:
    """A colour is fixed, that of the last value's threshold, or the palette's, in its order."""
    series = [Series("A", name, {}, [60.0, None]) for name in ("a", "b", "c", "d", "e")]
    configs = [
        configured(),
        configured(color={"mode": "fixed", "fixedColor": "purple"}),
        configured(color={"mode": "thresholds"}, thresholds={"steps": STEPS}),
        configured(color={"mode": "fixed"}),
        configured(color={"mode": "palette-classic", "fixedColor": "red"}),
    ]
    assert colors.of_series(series, configs) == [0, "purple", "red", 3, 4]
    gone = [Series("A", "a", {}, [None])]
    assert colors.of_series(gone, configs[2:3]) == ["text"]
    names = [Series("A", "x", {}, [])] * 3
    by_name = [configured(color={"mode": "palette-classic-by-name"})] * 3
    first, *others = colors.of_series(names, by_name)
    assert isinstance(first, int)
    assert others == [(first + n) % colors.PALETTE_SIZE for n in (1, 2)]
    many = [Series("A", str(n), {}, []) for n in range(colors.PALETTE_SIZE + 2)]
    assert colors.of_series(many, [configured()] * len(many))[-2:] == [0, 1]


@pytest.mark.parametrize(
    ("value", "text", "number", "flag"),
    [
        *((None, "-", None, True), ("x", "x", "bad", "bad"), ("", "", None, False)),
        *(("TRUE", "TRUE", "bad", True), ("false", "false", "bad", False)),
        *((True, "true", "bad", True), (0, "0", 0.0, False), (2, "2", 2.0, True)),
        *((1.5, "1.5", 1.5, True), ("1.5", "1.5", 1.5, "bad"), ("nan", "nan", "bad", "bad")),
        *(([], "bad", "bad", "bad"), ({}, "bad", "bad", "bad"), (10**400, None, "bad", True)),
    ],
)
def test_values_are_read_as_what_is_expected(value: Any, text: Any, number: Any, flag: Any) -> None:
    """A value is taken as text, number or truth where it can be meant so, else it is a problem."""
    for expected, read in (
        (text, lambda node: node.text("-")),
        (number, lambda node: node.number()),
        (flag, lambda node: node.flag(True)),
    ):
        if expected is None and value is not None and value != "":
            continue
        node = Node(value, [])
        result = read(node)
        assert ("bad" if node.problems else result) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3.9, 3), (-3.9, -3), (None, 7), (1e300, 2**53), (-1e300, -(2**53)), ("12", 12), ([], 7)],
)
def test_whole_numbers_are_bounded(value: Any, expected: int) -> None:
    """A fraction is cut off, and a number beyond what a float tells apart is that bound."""
    assert Node(value, []).integer(7) == expected

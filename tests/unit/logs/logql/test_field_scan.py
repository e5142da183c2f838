"""The laws of native scans: they give what the general way gives, over random lines and queries."""

from __future__ import annotations

import math
import random
import re
from array import array
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import pytest

from tests.support.logql import SECOND_NS, Line, numbers, stored
from tests.support.logs import NOW_NS
from whiteroom_monitoring.logs import _native
from whiteroom_monitoring.logs.errors import QueryError
from whiteroom_monitoring.logs.logql import pipeline
from whiteroom_monitoring.logs.logql.evaluate.extract import Extractor
from whiteroom_monitoring.logs.logql.parser import parse_log_query
from whiteroom_monitoring.logs.logql.stages.build import Process
from whiteroom_monitoring.logs.logql.stages.json_parser import parse_json
from whiteroom_monitoring.logs.logql.stages.logfmt_parser import LogfmtParser
from whiteroom_monitoring.logs.logql.stages.row import Hints, Row
from whiteroom_monitoring.logs.metadata import encode, fields
from whiteroom_monitoring.logs.service import LogService

_TEXTS = (
    "500", "499.5", "5e2", "0x1p9", "+7", "-0", "1_0", ".5", "5.", "1e400", "NaN", "750ms",
    "1m30s", "-1.5s", "1.s", "0", "1h2", "5µs", "3KiB", "1.5 kb", "2,000", "", "x", "a b", "é",
    "a\\/b", 'q\\"5', "\\u0041", "a]b", "c}d,", "{", "status=500", "\x01", "tab\there",
)  # fmt: skip
_KEYS = (
    "status", "took", "size", "path", " status ", "o.status", "o_status", "9lives", "_9lives",
    "stat\\u0075s", "", "app", "é", "status_extracted", "__error__", "pod",
)  # fmt: skip


class _Writer:
    """Writes random lines, and queries that a native scan answers."""

    def __init__(self, seed: int) -> None:
        self.chosen = random.Random(seed)

    def pick(self, *options: str) -> str:
        return self.chosen.choice(options)

    def lines(self) -> list[Line]:
        return [self._line(number) for number in range(80)]

    def _line(self, number: int) -> Line:
        # Times that are equal keep the order of their lines.
        time_s = (number // 2) * 3 + self.chosen.choice((0.0, 0.5))
        meta = {}
        if self.chosen.random() < 0.2:
            meta = {self.pick("status", "pod", "took", "detected_level"): self.pick("500", "5s")}
        line = self._json() if self.chosen.random() < 0.5 else self.logfmt()
        return {"app": self.pick("a", "b")}, time_s, f"{line}{'' if number % 9 else number}", meta

    def object(self) -> str:
        """Return an object of JSON, with others in it, sometimes with what is no JSON."""
        text = self._json()
        for _ in range(self.chosen.randint(0, 2)):
            inner, key = self._json().strip(), self.pick(*_KEYS)
            outer = f'{{"{key}": {inner}, "{self.pick(*_KEYS)}":{self.pick("1", "[]", text)}}}'
            text = self.pick(outer, f"[{inner}]", outer)
            text = text if text[0] == "{" else f'{{"{key}":{text},"{self.pick(*_KEYS)}":"z"}}'
        if self.chosen.random() < 0.1:
            at = self.chosen.randrange(len(text))
            text = text[:at] + self.pick(*'{}[]",:\\e0.- \n\x1c') + text[at + 1 :]
        return text

    def _json(self) -> str:
        parts = []
        for _ in range(self.chosen.randint(0, 4)):
            key, text = self.pick(*_KEYS), self.pick(*_TEXTS)
            value = self.pick(f'"{text}"', f'"{text}"', text, "true", "null", "[1, {}]", "500")
            if self.chosen.random() < 0.15:
                value = f'{{"status": {value}, "x": "}}"}}'
            parts.append(f'"{key}":{self.pick("", " ")}{value}')
        text = ",".join(parts)
        return self.pick("{", "{ ", " {") + text + self.pick("}", "}", "}", "} tail", "", ",}", "]")

    def logfmt(self) -> str:
        """Return pairs, and what is none."""
        pairs = []
        for _ in range(self.chosen.randint(0, 4)):
            key, text = self.pick(*_KEYS).strip(), self.pick(*_TEXTS)
            pairs.append(
                self.pick(f"{key}={text}", f'{key}="{text}"', f"{key}={text}", key, f"{key}=")
            )
        return self.pick(" ", "  ", "\t").join(pairs)

    def stages(self) -> str:
        parser = self.pick("json", "logfmt")
        return f" | {parser}" + "".join(self._filter() for _ in range(self.chosen.randint(0, 2)))

    def _filter(self) -> str:
        return self.pick(
            " | status >= 500", " | status < 500 and took > 1s", " | took <= 90s",
            " | size > 2KB", ' | path = "x"', ' | path != "a b"', ' | status = ""',
            ' | __error__=""', " | o_status = `500`", " | _9lives != 7",
            " | status > 1 or size > 1B", " | path =~ `x|a.*`", ' | pod != ""',
            ' | status=ip("5.0.0.0/8")', ' | __error__!="LabelFilterErr"', " | pod=~`.*`",
        )  # fmt: skip

    def query(self) -> str:
        selector, window = self.pick('{app=~".+"}', '{app="a"}'), self.pick("[10s]", "[1m]")
        stages = self.stages()
        by = self.pick("app", "path, app", "status", "o_status", "")
        if self.chosen.random() < 0.4:
            operation = self.pick("count_over_time", "rate", "bytes_over_time")
            return f"sum by ({by}) ({operation}({selector}{stages} {window}))"
        value = self.pick("status", "duration(took)", "bytes(size)", "took")
        after = self.pick(' | __error__=""', ' | __error__="" | status != 5', "")
        unwrapped = f"{selector}{stages} | unwrap {value}{after} {window}"
        if self.chosen.random() < 0.3:
            return f"sum by ({by}) (sum_over_time({unwrapped}))"
        operation = self.pick("quantile_over_time(0.9, ", "max_over_time(", "first_over_time(",
                              "stddev_over_time(")  # fmt: skip
        return f"{operation}{unwrapped}) by ({by})"


def _answer(query: str, service: LogService) -> object:
    try:
        # A number that is none equals itself in text.
        return repr(numbers(query, service, 20.0, 120.0, 7.0))
    except QueryError as error:
        return str(error)


def _lines(query: str, service: LogService) -> object:
    times = (NOW_NS, NOW_NS + 1000 * SECOND_NS)
    answer = service.lines("test", parse_log_query(query), times, 1000, False)
    return [(one.time_ns, one.line, one.processed) for one in answer.entries]


# On a busy machine the comparison of many takes longer than others may.
_LONG = (pytest.mark.long, pytest.mark.timeout(1800))


@pytest.mark.parametrize(
    "seeds",
    [range(20), pytest.param(range(1000, 4000), marks=_LONG, id="many")],
    ids=lambda seeds: f"{len(seeds)}",
)
def test_a_native_scan_answers_as_the_general_way(
    seeds: range, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Numbers, lines and errors are the same, whatever the lines have in them."""
    kinds: Counter[bool] = Counter()
    for seed in seeds:
        writer = _Writer(seed)
        with stored(writer.lines()) as service:
            if seed % 2:
                service.store.flush()
            for _ in range(12):
                query, shown = writer.query(), f'{{app=~".+"}}{writer.stages()}'
                answers = _answer(query, service), _lines(shown, service)
                with monkeypatch.context() as context:
                    context.setattr(Extractor, "native", lambda *_: None)
                    context.setattr(pipeline, "prefilter", lambda _: None)
                    context.setattr(pipeline, "native_parser", lambda _: None)
                    expected = _answer(query, service), _lines(shown, service)
                assert answers[0] == expected[0], f"seed {seed}: {query}"
                assert answers[1] == expected[1], f"seed {seed}: {shown}"
                kinds[answers[0] not in ("{}", "")] += 1
    assert kinds[True] > len(seeds)


def _all_labels(
    line: bytes, parse: Process, base: Mapping[str, str], meta: Sequence[tuple[str, str]]
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    row = Row(base, Hints())
    row.reset(0, meta)
    parse(line, row)
    return row.categories()


def _native_labels(
    labels: dict[str, str], base: Mapping[str, str], meta: Sequence[tuple[str, str]]
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    row = Row(base, Hints())
    row.reset(0, meta)
    row.take_all(labels)
    return row.categories()


def _compare_labels(
    seeds: range, is_json: bool, change: Callable[[dict[str, str]], dict[str, str]] = dict
) -> Counter[bool]:
    """Compare labels with those of the general parsers; return how many lines are left to them."""
    parse = parse_json if is_json else LogfmtParser(()).parse
    kinds: Counter[bool] = Counter()
    for seed in seeds:
        writer, rows = _Writer(seed), _native.Rows()
        chosen = writer.chosen
        names = [*_KEYS, "status_extracted", "detected_level", "o", "__error_details__"]
        base = {writer.pick("app", "status", "o_status", "took", "detected_level", "app"): "b"}
        lines = []
        for number in range(40):
            line = (writer.object() if is_json else writer.logfmt()).encode()
            pairs = {chosen.choice(names): "m" for _ in range(chosen.choice((0, 0, 0, 1, 2)))}
            level = chosen.choice((0, 0, 4))
            rows.append(number, line, encode(pairs.items()), level)
            lines.append((line, fields(encode(pairs.items()), level)))
        parser = _native.LabelParser(is_json, [name.encode() for name in base])
        for (line, meta), labels in zip(lines, parser.labels(rows, range(40)), strict=True):
            kinds[labels is None] += 1
            if labels is not None:
                expected = _all_labels(line, parse, base, meta)
                found = _native_labels(change(labels), base, meta)
                assert repr(found) == repr(expected), f"seed {seed}: {line!r} {base} {meta}"
    return kinds


@pytest.mark.parametrize("is_json", [True, False], ids=["json", "logfmt"])
@pytest.mark.parametrize(
    "seeds",
    [range(60), pytest.param(range(1000, 9000), marks=pytest.mark.long, id="many")],
    ids=lambda seeds: f"{len(seeds)}",
)
def test_labels_are_those_of_the_general_parsers(seeds: range, is_json: bool) -> None:
    """Names, values and their order are the same, whatever stream and metadata have."""
    kinds = _compare_labels(seeds, is_json)
    assert min(kinds[True], kinds[False]) > len(seeds)


@pytest.mark.parametrize(
    "change",
    [
        lambda labels: dict(reversed(labels.items())),
        lambda labels: {name.removesuffix("_extracted"): text for name, text in labels.items()},
        lambda labels: {name: text.replace('"', "") for name, text in labels.items()},
        lambda labels: {name: text for name, text in labels.items() if name != "_9lives"},
    ],
    ids=["order", "suffix", "escapes", "name"],
)
def test_the_comparison_of_labels_notices_a_break(
    change: Callable[[dict[str, str]], dict[str, str]],
) -> None:
    """A native parser that were wrong in so little would be found."""
    with pytest.raises(AssertionError):
        _compare_labels(range(60), False, change)


def test_a_key_without_a_letter_beside_metadata_without_a_name() -> None:
    """Python makes a label of it, so that nothing is done natively."""
    rows = _native.Rows()
    rows.append(0, b'{"":1}', encode([("", "m")]), 0)
    rows.append(0, b'{"":1,"a":2}', b"", 0)
    parser = _native.LabelParser(True, [])
    assert parser.labels(rows, [0, 1]) == [None, {"a": "2"}]


def test_a_scan_leaves_what_it_is_not_sure_of() -> None:
    """Escapes, letters outside ASCII, broken lines and rare numbers are read by Python."""
    rows = _native.Rows()
    texts = ['{"v":"5s"}', '{"v":"\\u0035s"}', '{"v":"5s"', '{"v":"0x5"}', '{"w":1}', '{"v":"é"}']
    for number, text in enumerate(texts):
        rows.append(number, text.encode(), b"", 0)
    scan = _native.Scan(True, False, [b"v"], [], [])
    assert scan.samples(rows, range(6), 0, 2, []) == ([((), [0], [5.0])], [1, 2, 3, 5])


def test_masks_leave_out_words_with_digits() -> None:
    """What changes is a word with a digit in it, as a regular expression finds it."""
    chosen, changing = random.Random(5), re.compile(rb"[A-Za-z_-]*[0-9][0-9A-Za-z_.:+%-]*")
    expected: Counter[tuple[bytes, int]] = Counter()
    masks = _native.Masks(10_000, 1_000_000)
    for number in range(500):
        line = bytes(chosen.choices(b'aZ_-09.:+% ="\xc3\n', k=chosen.randint(0, 12)))
        masks.add(number - 100, line, 60)
        expected[changing.sub(b"<_>", line), (number - 100) // 60 * 60] += 1
    found = {(mask, step): count for mask, by in masks.lines() for step, count in by.items()}
    assert found == expected


def test_masks_are_bounded() -> None:
    """No more different lines are kept than it is said, and those that are kept are counted."""
    masks = _native.Masks(2, 1_000_000)
    for word in (b"a", b"b", b"c", b"a"):
        masks.add(0, word, 1)
    assert sorted(masks.lines()) == [(b"a", {0: 2}), (b"b", {0: 1})]


def test_a_quantile_is_that_of_sorted_values() -> None:
    """It lies between two values; what is no number comes first."""
    chosen = random.Random(6)
    for _ in range(300):
        values = [chosen.choice((1.5, 2.0, math.nan, math.inf, -3.0, 8.0)) for _ in range(1, 20)]
        values = values[: chosen.randint(1, 19)]
        q = chosen.choice((0.0, 0.5, 0.99, 1.0, chosen.random()))
        ranked = sorted(values, key=lambda value: (not math.isnan(value), value))
        rank = q * (len(ranked) - 1)
        low, weight = math.floor(rank), rank - math.floor(rank)
        high = ranked[min(low + 1, len(ranked) - 1)]
        assert repr(_native.quantile(q, values)) == repr(ranked[low] * (1 - weight) + high * weight)


def test_rows_are_counted_between_bounds() -> None:
    """A bound belongs to what is before it."""
    rows = _native.Rows()
    for time_ns in (5, 10, 11, 20, 21, 3):
        rows.append(time_ns, b"", b"", 0)
    counts = array("q", [0, 0, 0])
    rows.count(range(6), array("q", [10, 20]), counts)
    assert counts.tolist() == [3, 2, 1]


def test_stored_times_are_counted_as_rows_are() -> None:
    """Whatever times, runs and windows there are, columns are counted as the rows they hold."""
    chosen = random.Random(7)
    for _ in range(300):
        rows, first, runs = _native.Rows(), 0, []
        spread = chosen.choice((3, 300, 70_000, 2**40, 2**62))
        for _ in range(chosen.randint(0, 4)):
            size = chosen.randint(0, 20)
            for time_ns in sorted(chosen.randint(-spread, spread) for _ in range(size)):
                rows.append(time_ns, b"x", b"", 0)
            if chosen.random() < 0.7:
                runs.append((first, first + size))
            first += size
        bounds = array("q", sorted(chosen.randint(-spread, spread) for _ in range(5)))
        start, end = sorted(chosen.choices((-(2**63), -spread, 0, spread, 2**63 - 1), k=2))
        expected, found = array("q", bytes(48)), array("q", bytes(48))
        for run in runs:
            rows.count_between(*run, start, end, bounds, expected)
        spans = [(*run, found) for run in runs]
        _native.count_times(rows.columns(), spans, start, end, bounds)
        assert found == expected
        with pytest.raises(ValueError, match="damaged"):
            _native.count_times(
                rows.columns()[: len(rows)], [(0, len(rows) + 1, found)], 0, 1, bounds
            )


@pytest.mark.parametrize("seed", range(8))
def test_counts_of_blocks_are_those_of_the_head(seed: int) -> None:
    """Where a block is of one window, its directory tells what its lines would."""
    chosen = random.Random(seed)
    lines: list[Line] = [
        ({"app": chosen.choice("ab"), "n": chosen.choice("12")}, chosen.uniform(0, 100), f"{n}", {})
        for n in range(120)
    ]
    with stored(lines) as service:
        questions = [
            (f'sum by ({by}) (count_over_time({{n="{n}"}}[{window}s]))', end, step)
            for by in ("app", "") for n in "12" for window in (3, 40, 500)
            for end, step in ((100.0, 7.0), (chosen.uniform(30, 300), 50.0), (90.0, 0.5))
        ]  # fmt: skip
        expected = [numbers(query, service, 20.0, *times) for query, *times in questions]
        assert any(expected)
        service.store.flush()
        assert [numbers(query, service, 20.0, *times) for query, *times in questions] == expected


def test_numbers_of_rows_may_be_a_range() -> None:
    """A range means the rows that a list of its numbers means, and one beyond the rows none."""
    rows = _native.Rows()
    for time_ns in range(5):
        rows.append(time_ns, b"", b"", 0)
    assert list(rows.find(1, 4, 0, 10, [])) == [1, 2, 3]
    assert rows.times(range(1, 4)) == rows.times([1, 2, 3]) == [1, 2, 3]
    assert rows.times(range(4, 0, -2)) == [4, 2]
    assert rows.times(range(3, 1)) == []
    for wrong in (range(3, 6), range(-1, 2)):
        with pytest.raises((IndexError, OverflowError)):
            rows.times(wrong)


def test_columns_are_read_without_lines() -> None:
    """Times, metadata and levels stay; lines are empty."""
    rows = _native.Rows()
    rows.append(7, b"text", b"\1a\1b", 4)
    assert _native.from_columns(rows.columns(), None)[0] == (7, b"", b"\1a\1b", 4)

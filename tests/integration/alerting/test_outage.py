"""A minute without samples, as a restart of Prometheus has it, ends no alert: for every rule.

Each place where a unit test sees an alert fire is continued: for a minute nothing is scraped, then
the trouble goes on as before. A new Prometheus doesn't know which series the old one had recorded,
and marks none of them as ended: where a recording rule has no result, its last one is seen for five
minutes. promtool evaluates within the outage, too, and is told so by a series; an alert that fires
all the time there fires at any moment at which Prometheus is back.
"""

from __future__ import annotations

import math
import re
import subprocess
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

from whiteroom_monitoring.promql.durations import duration, seconds
from whiteroom_monitoring.promql.rule_files import read
from whiteroom_monitoring.resources import share

FOLDER = share("infrastructure/monitoring") / "prometheus"
# What an outage may last, and how much of what follows it is looked at.
OUTAGE_S, AFTER_S, STEP_S = 60, 60, 10
JOBS = ("juce-backend", "business-metrics", "node-exporter")
# The series that says so, of what a rule had recorded before.
_OUT = "test_outage"
# Of Prometheus' notation for the series of a unit test: https://prometheus.io/docs/prometheus/
# latest/configuration/unit_testing_rules/#series.
_NUMBER = r"[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|\.\d+|Inf|NaN)"
_GROUP = re.compile(rf"(?:(_)|({_NUMBER})([-+]{_NUMBER})?)(?:x(\d+))?", re.IGNORECASE)
_COUNTERS = ("_total", "_count", "_sum", "_bucket")
_ABSENT = "_"
# From when on a scrape is late, as the rules have it.
_LATE = re.compile(r"(job:scrape_gap_seconds:max\dm\{[^}]*\} > |\[5m:5s\]\n +\) < )[\d.]+")


def _values(text: str) -> Iterator[str | float]:
    """Yield the values of a series; "_" where it has none, "stale" where it ends."""
    for word in text.split():
        if word == "stale":
            yield word
            continue
        group = _GROUP.fullmatch(word)
        assert group, word
        absent, start, increment, times = group.groups()
        if absent:
            yield from [_ABSENT] * int(times or 1)
        else:
            for number in range(int(times or 0) + 1):
                yield float(start) + number * float(increment or 0)


def _goes_on(values: Sequence[str | float], is_counter: bool) -> float:
    """Return by how much a series grows with each sample, as it did of late."""
    numbers = [value for value in values[-9:] if isinstance(value, float)]
    if len(numbers) < 2 or not is_counter:
        return 0.0
    growth = [max(b - a, 0.0) for a, b in pairwise(numbers)]
    return sum(growth) / len(growth)


def _with_outage(series: dict[str, str], interval_s: float, moment_s: float) -> dict[str, str]:
    """Return a series that has no sample for ``OUTAGE_S`` after ``moment_s``, and goes on then."""
    before = list(_values(str(series["values"])))[: math.floor(moment_s / interval_s) + 1]
    name = series["series"].partition("{")[0].strip()
    growth = _goes_on(before, name.endswith(_COUNTERS))
    last = before[-1] if before else _ABSENT
    count = math.ceil((moment_s + OUTAGE_S + AFTER_S) / interval_s) + 1
    after: list[str | float] = []
    for index in range(len(before), count):
        is_out = index * interval_s <= moment_s + OUTAGE_S
        has_ended = is_out or not isinstance(last, float) or len(before) * interval_s < moment_s
        after.append(_ABSENT if has_ended else float(last) + (index - len(before) + 1) * growth)
    return {**series, "values": " ".join(map(_word, [*before, *after]))}


def _of_prometheus(interval_s: float, moment_s: float, there: set[str]) -> list[dict[str, str]]:
    """Return what Prometheus says of itself and of its scrapes, of which a case may lack any."""
    begun = math.floor(moment_s / interval_s) + 1
    out = math.floor((moment_s + OUTAGE_S) / interval_s) + 1 - begun
    left = math.ceil(AFTER_S / interval_s) + 1
    made = [{"series": _OUT, "values": f"_x{begun} 1x{out + left}"}]
    for job in JOBS:
        if not any(series.startswith("up{") and f'job="{job}"' in series for series in there):
            scraped = f"1x{begun - 1} _x{out} 1x{left}"
            made.append({"series": f'up{{job="{job}"}}', "values": scraped})
            duration_s = scraped.replace("1x", "0.01x")
            name = f'scrape_duration_seconds{{job="{job}"}}'
            made.append({"series": name, "values": duration_s})
    return made


def _read(path: Path) -> Any:
    """Return a file whose values are texts: in YAML, `0x10` is a number."""
    return yaml.load(path.read_text(encoding="utf-8"), yaml.BaseLoader)


def _word(value: str | float) -> str:
    return f"{value:.10g}" if isinstance(value, float) else value


def _cases() -> Iterator[tuple[Path, str, dict[str, Any]]]:
    """Yield each place where a unit test sees alerts: its file, the alert, and its continuation."""
    for path in sorted((FOLDER / "tests").glob("*.yml")):
        for case in _read(path)["tests"]:
            for test in case.get("alert_rule_test", []):
                if test.get("exp_alerts"):
                    yield path, test["alertname"], _continued(case, test)


def _continued(case: dict[str, Any], test: dict[str, Any]) -> dict[str, Any]:
    interval_s, moment_s = seconds(case["interval"]), seconds(str(test["eval_time"]))
    firing = f'count(ALERTS{{alertname="{test["alertname"]}", alertstate="firing"}})'
    samples = [{"labels": "{}", "value": len(test["exp_alerts"])}]
    times = range(0, OUTAGE_S + AFTER_S + 1, STEP_S)
    series = [_with_outage(s, interval_s, moment_s) for s in case["input_series"]]
    series += _of_prometheus(interval_s, moment_s, {s["series"] for s in series})
    return {
        "name": f"{case['name']}: {test['alertname']} at {test['eval_time']}",
        "interval": case["interval"],
        "input_series": series,
        "promql_expr_test": [
            {"expr": firing, "eval_time": duration(moment_s + t), "exp_samples": samples}
            for t in times
        ],
    }


def _remembering(rules: dict[str, Any], interval: str) -> dict[str, Any]:
    """Return rules whose recorded series keep their last value in an outage.

    A scrape is late as soon as it is where the samples of the tests lie ``interval`` apart.
    """
    late_s = f"{1.1 * seconds(interval):g}"
    for group in rules["groups"]:
        for rule in group["rules"]:
            if "record" in rule:
                expression = _LATE.sub(rf"\g<1>{late_s}", rule["expr"])
                own = rule.get("labels", {})
                for name, value in own.items():
                    expression = f'label_replace({expression}\n, "{name}", "{value}", "", "")'
                matchers = ", ".join(f'{name}="{value}"' for name, value in own.items())
                last = f"last_over_time({rule['record']}{{{matchers}}}[5m]) and on () {_OUT}"
                rule["expr"] = f"({expression}\n) or ({last})"
    return rules


def _problems(folder: Path, cases: Sequence[tuple[Path, str, dict[str, Any]]]) -> list[str]:
    """Return what promtool says of the cases that fail."""
    by_file: dict[tuple[Path, str], list[dict[str, Any]]] = defaultdict(list)
    for path, _, case in cases:
        by_file[path, case["interval"]].append(case)

    def problems(key: tuple[Path, str]) -> str:
        path, interval = key
        content = _read(path)
        own = folder / f"{path.stem}-{interval}"
        own.mkdir()
        for name in content["rule_files"]:
            source = (path.parent / name).resolve()
            (own / source.name).write_text(yaml.safe_dump(_remembering(_read(source), interval)))
        content["rule_files"] = [Path(name).name for name in content["rule_files"]]
        content["tests"] = by_file[key]
        (own / "tests.yml").write_text(yaml.safe_dump(content, sort_keys=False))
        command = ["promtool", "test", "rules", str(own / "tests.yml")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
        return done.stdout + done.stderr if done.returncode else ""

    with ThreadPoolExecutor(2) as threads:
        return [said for said in threads.map(problems, by_file) if said]


def test_a_minute_without_samples_ends_no_alert(tmp_path: Path) -> None:
    """Every rule's alert fires all the time, in the outage and in the minute after it."""
    cases = list(_cases())
    rules = {rule.name for rule in read([*(FOLDER / "rules").glob("*.yml")]).alerts}
    assert rules - {name for _, name, _ in cases} == set()
    assert "\n".join(_problems(tmp_path, cases)) == ""


def test_a_range_that_is_too_short_is_noticed(tmp_path: Path) -> None:
    """A rule whose range is no longer than the outage ends in it."""
    rule = {"alert": "Short", "expr": "rate(errors_total[30s]) > 0", "labels": {"priority": "P1"}}
    (tmp_path / "rules.yml").write_text(
        yaml.safe_dump({"groups": [{"name": "a", "rules": [rule]}]})
    )
    case = {
        "name": "short",
        "interval": "10s",
        "input_series": [{"series": "errors_total", "values": "0+1x30"}],
    }
    test = {"alertname": "Short", "eval_time": "3m", "exp_alerts": [{}]}
    path = tmp_path / "short.yml"
    path.write_text(yaml.safe_dump({"rule_files": ["rules.yml"], "evaluation_interval": "10s"}))
    assert "Short" in "\n".join(_problems(tmp_path, [(path, "Short", _continued(case, test))]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 2x2 _x2 stale", [1.0, 2.0, 2.0, 2.0, "_", "_", "stale"]),
        ("0+10x2 -5", [0.0, 10.0, 20.0, -5.0]),
        ("10-2.5x2", [10.0, 7.5, 5.0]),
    ],
)
def test_the_notation_of_series_is_understood(text: str, expected: list[str | float]) -> None:
    """A value, repetitions, steps, gaps and an end are what promtool takes them for."""
    assert list(_values(text)) == expected

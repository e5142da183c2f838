"""In a drill time runs faster, and nothing else changes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.support.paths import ROOT
from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.drills import scaling
from whiteroom_monitoring.drills.scaling import Scale
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.promql.durations import seconds
from whiteroom_monitoring.promql.parse import parse

FAST = Scale(30)
FOLDER = ROOT / "infrastructure/monitoring"


@pytest.mark.parametrize("factor", [0.5, 31])
def test_factor_out_of_bounds(factor: float) -> None:
    """A factor below 1 or above 30 is refused."""
    with pytest.raises(UsageError, match=f"--factor {factor:g}"):
        Scale(factor)


@pytest.mark.parametrize(("real_s", "expected_s"), [(15, 0.5), (10, 0.5), (60, 2), (0.25, 0.25)])
def test_interval(real_s: float, expected_s: float) -> None:
    """An interval is no shorter than half a second, unless it was so before."""
    assert FAST.interval(real_s) == expected_s


@pytest.mark.parametrize(("real_s", "expected_s"), [(300, 10), (60, 2), (30, 2), (1, 1)])
def test_window(real_s: float, expected_s: float) -> None:
    """A range holds four scrapes, unless it was shorter before."""
    assert FAST.window(real_s) == expected_s


def test_offset_has_no_least_length() -> None:
    """An offset is scaled as it is: nothing has to lie in it."""
    assert FAST.window(15, "offset") == 0.5


@pytest.mark.parametrize(
    ("real", "scaled"),
    [
        ("rate(a[1m]) > 0.9", "rate(a[2s]) > 0.9"),
        ("increase(a[5m]) > 60", "increase(a[10s]) > 60"),
        ("60 * rate(a[1m]) > 6", "60 * rate(a[2s]) > 6"),
        ("time() - a > 172800", "time() - a > 172800"),
        ("20 * sum_over_time(a[30m]) > 100", "0.6666666666666666 * sum_over_time(a[1m]) > 100"),
        ("1800 * avg_over_time(a[30m])", "60 * avg_over_time(a[1m])"),
        ("1799 * avg_over_time(a[30m])", "1799 * avg_over_time(a[1m])"),
        ("20 * avg_over_time(a[30m])", "20 * avg_over_time(a[1m])"),
        ('1800 * avg_over_time(a{b="1.0 * c"}[30m])', '60 * avg_over_time(a{b="1.0 * c"}[1m])'),
    ],
)
def test_expression(real: str, scaled: str) -> None:
    """Ranges are scaled, and the numbers that are times; a threshold never is."""
    assert scaling.expression(real, FAST, 20) == scaled


def test_rules() -> None:
    """Intervals, `for` and `keep_firing_for` of rules are scaled; all else stays."""
    rule = {
        "alert": "A",
        "expr": "a[5m]",
        "for": "5m",
        "keep_firing_for": "1m",
        "labels": {"b": "5m"},
    }
    content = {"groups": [{"name": "g", "interval": "20s", "rules": [rule]}]}
    group = scaling.rules(content, FAST, 10)["groups"][0]
    expected = {**rule, "expr": "a[10s]", "for": "10s", "keep_firing_for": "2s"}
    assert (group["interval"], group["rules"][0]) == ("667ms", expected)


def test_committed_configuration() -> None:
    """No interval, `for` or wait of the project is longer than a thirtieth and half a second."""
    files = {
        "prometheus/prometheus.yml": (FOLDER / "prometheus/prometheus.yml").read_text(),
        "alertmanager/alertmanager.yml": (FOLDER / "alertmanager/alertmanager.yml").read_text(),
        **{
            f"prometheus/rules/{path.name}": path.read_text()
            for path in (FOLDER / "prometheus/rules").glob("*.yml")
        },
    }
    scaled = scaling.configuration(files, FAST, {"postgres": 2.0})
    real_s = dict(_durations({n: yaml.safe_load(t) for n, t in files.items()}, ()))
    fast_s = dict(_durations({n: yaml.safe_load(t) for n, t in scaled.items()}, ()))
    assert real_s
    # Of what is written to the millisecond.
    longest_s = {
        place: max(length_s / 30, min(0.5, length_s)) for place, length_s in real_s.items()
    }
    assert [p for p, most_s in longest_s.items() if fast_s[p] > most_s + 0.0005] == []
    for name, text in scaled.items():
        if name.startswith("prometheus/rules/"):
            for group in yaml.safe_load(text)["groups"]:
                assert all(parse(rule["expr"]) for rule in group["rules"])


def _durations(node: Any, place: tuple[Any, ...]) -> Iterator[tuple[tuple[Any, ...], float]]:
    """Yield every duration of a configuration, with its place."""
    keys = ("for", "interval", "group_wait", "group_interval", "repeat_interval")
    items = enumerate(node) if isinstance(node, list) else node.items()
    for key, value in items:
        if key in keys:
            yield (*place, key), seconds(str(value))
        elif isinstance(value, list | dict):
            yield from _durations(value, (*place, key))


def test_scrapes() -> None:
    """A scrape may take as long as its interval; a slow exporter has the interval that it needs."""
    content = {
        "global": {"scrape_interval": "15s", "scrape_timeout": "5s"},
        "scrape_configs": [{"job_name": "a"}, {"job_name": "b", "scrape_interval": "10s"}],
    }
    scaled = scaling.prometheus(content, FAST, {"a": 2.0})
    assert scaled["global"] == {
        "scrape_interval": "500ms",
        "evaluation_interval": "2s",
        "scrape_timeout": "500ms",
    }
    assert scaled["scrape_configs"] == [
        {"job_name": "a", "scrape_interval": "2s", "scrape_timeout": "2s"},
        {"job_name": "b", "scrape_interval": "500ms", "scrape_timeout": "500ms"},
    ]


def test_routes() -> None:
    """The waits of every route are scaled, a wait of nothing stays, and no hour mutes anything."""
    child = {
        "receiver": "b",
        "group_wait": "0s",
        "repeat_interval": "5m",
        "mute_time_intervals": ["n"],
        "active_time_intervals": ["m"],
    }
    content = {"route": {"receiver": "a", "group_interval": "1m", "routes": [child]}}
    scaled = scaling.alertmanager(content, FAST)
    assert scaled["route"] == {
        "receiver": "a",
        # Alertmanager's own defaults are waits, too.
        "group_wait": "1s",
        "repeat_interval": "8m",
        "group_interval": "2s",
        "routes": [{"receiver": "b", "group_wait": "0s", "repeat_interval": "10s"}],
    }
    assert scaled["global"]["resolve_timeout"] == "10s"


def test_components() -> None:
    """Prometheus and the reconciler know the times, the watcher is mute, and no other changes."""
    real = registry.COMPONENTS
    scaled = scaling.components(real, FAST)
    changed = {new.name for old, new in zip(real, scaled, strict=True) if old != new}
    assert changed == {"prometheus", "reconciler", "watcher"}
    by_name = {new.name: new.variants[0].arguments for new in scaled}
    assert "--rules.alert.resend-delay=2s" in by_name["prometheus"]
    assert "--rules.alert.resend-delay=1m" not in by_name["prometheus"]
    assert "--query.lookback-delta=10s" in by_name["prometheus"]
    assert by_name["reconciler"][-2:] == ("--inactive", "10")

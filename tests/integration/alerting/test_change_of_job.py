"""A program's metrics move from its endpoint to the segment exporter, or back, and double nothing.

When an endpoint goes, its series last until the scrape that fails, and the exporter has the same
ones by then: both jobs have them for up to 12 s. What names the job can't see the other one; this
is about all that does not.
"""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from whiteroom_monitoring.promql.parse import VectorSelector, parse
from whiteroom_monitoring.promql.rule_files import descendants
from whiteroom_monitoring.resources import share

FOLDER = share("infrastructure/monitoring")
CATALOGUE = share("catalogue")
# Plug-ins in hosts have no endpoint, so that their series never change their job.
_ALWAYS_EXPORTED = "plugin_"
_SUFFIXES = ("", "_bucket", "_sum", "_count")
# The endpoint's last sample, and the exporter's first one, in seconds.
GONE_S, SERVED_S, END_S = 612, 600, 930


def _gauges() -> dict[str, bool]:
    """Return the metrics of the catalogue, and whether each is a gauge."""
    return {
        metric["name"]: metric["type"] == "gauge"
        for path in CATALOGUE.glob("*.yaml")
        for metric in yaml.safe_load(path.read_text(encoding="utf-8")).get("metrics", [])
    }


GAUGES = _gauges()


def _is_gauge(series: str) -> bool | None:
    """Return whether a series is a gauge's; None when it is none of the catalogue."""
    names = (series.removesuffix(suffix) for suffix in _SUFFIXES if series.endswith(suffix))
    return next((GAUGES[name] for name in names if name in GAUGES), None)


def _queries(panels: list[dict[str, Any]]) -> Iterator[tuple[str, str]]:
    for panel in panels:
        for target in panel.get("targets", []):
            is_of_logs = (target.get("datasource") or {}).get("type") == "loki"
            if (expression := target.get("expr")) and not is_of_logs:
                spelt = re.sub(r"\$__(rate_interval|range|interval)", "5m", expression)
                yield panel["title"], re.sub(r"\$\{?\w+(:\w+)?\}?", ".*", spelt)
        yield from _queries(panel.get("panels", []))


def _expressions() -> Iterator[tuple[str, str]]:
    """Return what rules and panels ask: a name, and an expression."""
    for path in sorted((FOLDER / "prometheus/rules").glob("*.yml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            for rule in group["rules"]:
                yield rule.get("alert") or rule["record"], rule["expr"]
    for path in sorted((FOLDER / "grafana/dashboards").glob("*.json")):
        yield from _queries(json.loads(path.read_text(encoding="utf-8"))["panels"])


def _open_series(expression: str) -> set[str]:
    """Return the series of the catalogue that an expression asks of any job."""
    selectors = [d for d in descendants(parse(expression)) if isinstance(d, VectorSelector)]
    return {
        selector.name
        for selector in selectors
        if _is_gauge(selector.name) is not None
        and not selector.name.startswith(_ALWAYS_EXPORTED)
        and not any(matcher.name == "job" for matcher in selector.matchers.matchers)
    }


def _cases() -> dict[str, tuple[str, set[str]]]:
    cases = {}
    for name, expression in _expressions():
        series = _open_series(expression)
        if series and "absent" not in expression and "offset" not in expression:
            cases[f"{name}: {expression[:60]}"] = (expression, series)
    return cases


CASES = _cases()


def _samples(series: str, first_s: int, last_s: int) -> str:
    """Return samples of each second as promtool reads them; a gauge is 5, a counter rises by 1."""
    before = f"_x{first_s - 1} " if first_s else ""
    after = f" stale _x{END_S - last_s}" if last_s < END_S else ""
    step = "0" if _is_gauge(series) else "1"
    start = "5" if _is_gauge(series) else str(first_s)
    return f"{before}{start}+{step}x{last_s - first_s}{after}"


def _input(series: str) -> list[dict[str, str]]:
    labels = 'program="p", le="1", type="t", channel="c", reason="r"'
    endpoint = f'job="endpoint", instance="a:1", {labels}'
    exporter = f'job="whiteroom-agent", instance="b:1", {labels}'
    return [
        {"series": f"{series}{{{endpoint}}}", "values": _samples(series, 0, GONE_S)},
        {"series": f"{series}{{{exporter}}}", "values": _samples(series, SERVED_S, END_S)},
        # The same without a change.
        {"series": f"still_{series}{{{endpoint}}}", "values": _samples(series, 0, END_S)},
    ]


def _doubled(folder: Path, expression: str, series: set[str]) -> str:
    """Return what promtool says of an expression that must never be a tenth more than it is."""
    still = expression
    for name in series:
        still = re.sub(rf"(?<![\w:]){name}(?![\w:])", f"still_{name}", still)
    tests = []
    for second in range(SERVED_S - 3, GONE_S + 30, 3):
        more = f"({expression}\n) > 1.1 * ({still}\n)"
        tests.append({"expr": more, "eval_time": f"{second}s", "exp_samples": []})
    case = {
        "interval": "1s",
        "input_series": [samples for name in sorted(series) for samples in _input(name)],
        "promql_expr_test": tests,
    }
    path = folder / "tests.yml"
    content = {"rule_files": [], "evaluation_interval": "30s", "tests": [case]}
    path.write_text(yaml.safe_dump(content))
    command = [shutil.which("promtool") or "promtool", "test", "rules", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    return "" if done.returncode == 0 else done.stdout + done.stderr


@pytest.mark.parametrize("case", sorted(CASES))
def test_a_change_of_job_doubles_nothing(case: str, tmp_path: Path) -> None:
    """While both jobs have a program's series, nothing that is judged or shown is more."""
    assert _doubled(tmp_path, *CASES[case]) == ""


def test_a_sum_over_both_jobs_would_be_found(tmp_path: Path) -> None:
    """The measurement can fail: a plain sum of a gauge is twice as much for 12 s."""
    printed = _doubled(tmp_path, "sum(ui_active_sessions)", {"ui_active_sessions"})
    assert "got:" in printed
    assert len(CASES) >= 15

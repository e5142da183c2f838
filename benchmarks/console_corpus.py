"""How much of other people's dashboards the console draws.

Has no peer. Takes a folder of dashboards as Grafana exports them, fills a Prometheus with series
that their queries select (benchmarks.console_corpus_series), and evaluates every panel as the
browser gets it. Only a panel that has something to show counts as drawn.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
import math
import re
import shutil
import sys
import tempfile
import time
from array import array
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks import report
from benchmarks.console_corpus_series import series
from benchmarks.console_store import BLOCK_S, prometheus, write
from whiteroom_monitoring.console.service import DashboardService, ViewRequest
from whiteroom_monitoring.datasources.data_sources import DataSources
from whiteroom_monitoring.datasources.limits import Limits
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.grafana.evaluation.evaluate import Evaluator
from whiteroom_monitoring.grafana.model.library import Library
from whiteroom_monitoring.project import load

# Some makers scrape their exporters every 5 s, and look at windows of few samples.
_POINTS, _STEP_S, _GOAL = 300, 5, 0.97
# Lists that may be empty and still say what they are for.
_LISTS = ("alerts", "entries", "html", "dashboards")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"|\d+")


@dataclass(frozen=True)
class Outcome:
    """What became of one panel: drawn, empty, unsupported, refused (by the source) or crashed."""

    file: str
    key: str
    type: str
    title: str
    kind: str
    reason: str = ""
    not_drawn: tuple[str, ...] = ()


def outcomes(service: DashboardService, end: int) -> Iterator[Outcome]:
    """Yield what becomes of every panel of every dashboard."""
    request = ViewRequest(f"{end - 3600}000", f"{end}000", points=_POINTS)
    for dashboard in service.library:
        try:
            sections = service.dashboard(dashboard.uid, request)["sections"]
            keys = [panel["key"] for section in sections for panel in section["panels"]]
            answers = service.panels(dashboard.uid, request, dict.fromkeys(keys, _POINTS))
        except Exception as error:  # What the browser would get as an answer of 500.
            yield Outcome(dashboard.slug, "", "", "", "crashed", repr(error))
            continue
        for key, answer in answers.items():
            yield _outcome(dashboard.slug, key, answer())


def _outcome(file: str, key: str, panel: Mapping[str, Any]) -> Outcome:
    kind, reason = _kind(panel)
    named = tuple(panel.get("notDrawn", ()))
    return Outcome(file, key, panel.get("type", ""), panel.get("title", ""), kind, reason, named)


def _kind(panel: Mapping[str, Any]) -> tuple[str, str]:
    problem, notice = panel.get("problem", ""), panel.get("notice", "")
    if problem:
        return ("crashed" if "console failed" in problem else "refused"), problem
    if notice:
        return "unsupported", notice
    return ("drawn" if has_data(panel) else "empty"), ""


def has_data(panel: Mapping[str, Any]) -> bool:
    """Tell whether a panel as the browser gets it has anything to show: a value that is no gap."""
    if any(name in panel for name in _LISTS):
        return True
    if any(_has_single(content, panel.get("noValue")) for content in panel.get("singleValues", ())):
        return True
    return any(
        has_any(content) for name, has_any in _DATA.items() for content in panel.get(name, ())
    )


def _has_single(single: Mapping[str, Any], no_value: str | None) -> bool:
    return single["value"] is not None or single["text"] not in (None, no_value)


def _has_value(series: Mapping[str, Any]) -> bool:
    values = array("f")
    values.frombytes(base64.b64decode(series["values"]))
    return not all(map(math.isnan, values))


def _has_cell(column: Mapping[str, Any]) -> bool:
    return column["kind"] != "time" and any(cell not in (None, "") for cell in column["cells"])


# What each kind of data must have to be more than a gap.
_DATA: Mapping[str, Callable[[Mapping[str, Any]], bool]] = {
    "series": _has_value,
    "rows": lambda row: bool(row["spans"]),
    "bars": lambda bars: any(value is not None for value in bars["values"]),
    "columns": _has_cell,
}


def _rows(outcomes: list[Outcome], as_json: bool) -> int:
    counts = Counter(outcome.kind for outcome in outcomes)
    total = len(outcomes)
    if as_json:
        print(json.dumps([asdict(outcome) for outcome in outcomes], indent=1))
    else:
        _print_reasons(outcomes)
    share = counts["drawn"] / max(total, 1)
    print(f"{total} panels: {dict(counts)}", file=sys.stderr)
    rows = [
        report.Row("share of panels drawn", "", share, f">= {_GOAL}", share >= _GOAL),
        report.at_most("panels that crash", "", counts["crashed"], 0),
    ]
    with contextlib.redirect_stdout(sys.stderr if as_json else sys.stdout):
        return report.show(rows, as_json=False)


def _print_reasons(outcomes: list[Outcome]) -> None:
    for kind in ("crashed", "unsupported", "refused", "empty"):
        of_kind = [outcome for outcome in outcomes if outcome.kind == kind]
        reasons = Counter(
            _QUOTED.sub("…", outcome.reason or outcome.type)[:110] for outcome in of_kind
        )
        for reason, count in reasons.most_common(25):
            print(f"{kind:12} {count:5}  {reason}")
    parts = Counter(re.sub(r"\d+", "N", part) for outcome in outcomes for part in outcome.not_drawn)
    for part, count in parts.most_common(40):
        print(f"{'not drawn':12} {count:5}  {part[:110]}")


def main() -> int:
    """Measure a folder's dashboards."""
    parser = report.parser(__doc__)
    parser.add_argument("folder", type=Path, help="of dashboards, a JSON file each")
    arguments = parser.parse_args()
    end = int(time.time()) // BLOCK_S * BLOCK_S
    # A store for each file: what one selects would be in the way of what another joins.
    outcomes = [
        outcome
        for path in sorted(arguments.folder.glob("*.json"))
        for outcome in _of_file(path, end)
    ]
    return _rows(outcomes, arguments.json)


def _of_file(path: Path, end: int) -> list[Outcome]:
    with tempfile.TemporaryDirectory(prefix="whiteroom-benchmark-") as name:
        folder = Path(name)
        (folder / "dashboards").mkdir()
        shutil.copy(path, folder / "dashboards")
        with contextlib.redirect_stderr(io.StringIO()):
            write(folder, series(_contents(path)), end, _STEP_S)
        with prometheus(folder) as url:
            sources = DataSources({"prometheus": url}, Limits(max_series=2000))
            evaluator = Evaluator(sources, scrape_interval_s=_STEP_S)
            library = Library(folder / "dashboards")
            for diagnostic in library.diagnostics:
                print(diagnostic, file=sys.stderr)
            service = DashboardService(library, evaluator, load(), lambda: float(end))
            return list(outcomes(service, end - 600))


def _contents(path: Path) -> Iterator[Any]:
    """Yield the dashboard of a file, alone or as Grafana's API wraps it."""
    with contextlib.suppress(ValueError):
        content = json.loads(path.read_bytes())
        if isinstance(content, dict):
            yield content.get("dashboard") if "dashboard" in content else content


if __name__ == "__main__":
    try:
        sys.exit(main())
    except MonitoringError as error:
        sys.exit(str(error))

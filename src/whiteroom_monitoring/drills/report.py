"""What drills showed: check results for table and JSON, JUnit, and a page with time lines."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from whiteroom_monitoring.diagnostics import CheckResult, Diagnostic, Thing
from whiteroom_monitoring.drills import faults
from whiteroom_monitoring.drills.evidence import Verdict
from whiteroom_monitoring.drills.runner import RunResult

AREA = "drill"
STEPS = ("fault", "over threshold", "firing", "grouped", "delivered", "mended", "ended", "resolved")
HISTORY_FILE = "history.jsonl"
PAGE_FILE = "drills.html"
JUNIT_FILE = "drills.junit.xml"
# Of each alert, how many earlier runs the page shows.
_MOST_RUNS = 20
_WIDTH = 640
_EXPECTED = "the declared pages, firing and resolved, and nothing else"
_OVERRIDDEN = "threshold overridden"


def results(runs: Sequence[RunResult]) -> list[CheckResult]:
    """Return a result for each alert that a scenario expects, then one for its silence."""
    return [result for run in runs for result in _of_run(run)]


def _of_run(run: RunResult) -> Iterator[CheckResult]:
    if run.skipped or run.error:
        state, seen = ("skipped", run.skipped) if run.skipped else ("failed", run.error)
        for alert in run.scenario.alerts:
            yield _result(run, alert.title, state, seen, ())
        return
    for verdict in run.verdicts:
        faults_seen = (*verdict.faults, *(f for d in verdict.deliveries for f in d.faults))
        state = "ok" if verdict.ok else "failed"
        yield _result(run, verdict.alert.title, state, _seen(run, verdict), faults_seen)
    loud = [f"{name} fired, and no scenario declares it" for name in run.loud]
    loud += [f"a message of nothing known: {text}" for text in run.strangers]
    seen = f"{len(loud)} more" if loud else "nothing else fired"
    if run.held:
        seen += f"; held down: {', '.join(run.held)}"
    yield _result(run, f"silence ({run.scenario.name})", "failed" if loud else "ok", seen, loud)


def _result(
    run: RunResult, title: str, state: Any, seen: str, problems: Sequence[str]
) -> CheckResult:
    diagnostics = tuple(Diagnostic(Thing("scenario", run.scenario.name), text) for text in problems)
    seconds = round(run.ended - run.begun, 1)
    return CheckResult(title, AREA, state, seen, _EXPECTED, diagnostics, "", seconds)


def _seen(run: RunResult, verdict: Verdict) -> str:
    kind = _OVERRIDDEN if verdict.alert.name in run.scenario.overridden else "real fault"
    line = timeline(run, verdict)
    paged, resolved = line["delivered"], line["resolved"]
    words = [kind, "no page" if paged is None else f"paged after {paged:.1f} s"]
    if not verdict.alert.ends:
        words.append("its resolution was not awaited")
    elif resolved is not None and line["mended"] is not None:
        words.append(f"resolved {resolved - line['mended']:.1f} s after the repair")
    return ", ".join(words)


def timeline(run: RunResult, verdict: Verdict) -> dict[str, float | None]:
    """Return when each step happened, in seconds after the fault."""
    seen = verdict.seen
    moments = {
        "fault": run.begun,
        "over threshold": seen.over_threshold if seen else None,
        "firing": seen.firing if seen else None,
        "grouped": seen.grouped if seen else None,
        "delivered": verdict.completed_at("firing"),
        "mended": run.mended,
        "ended": seen.ended if seen else None,
        "resolved": verdict.completed_at("resolved"),
    }
    return {
        step: None if moment is None else round(max(0.0, moment - run.begun), 2)
        for step, moment in moments.items()
    }


def records(runs: Sequence[RunResult], factor: float, when: str) -> list[dict[str, Any]]:
    """Return what is kept of runs: an object for each alert."""
    return [
        {
            "when": when,
            "factor": factor,
            "scenario": run.scenario.name,
            "faults": [faults.title(fault) for fault in run.scenario.faults],
            "alert": verdict.alert.name,
            "title": verdict.alert.title,
            "ok": verdict.ok,
            "real": verdict.alert.name not in run.scenario.overridden,
            "silent": not (run.loud or run.strangers),
            "held": list(run.held),
            "timeline": timeline(run, verdict),
            "found": [*verdict.faults, *(f for d in verdict.deliveries for f in d.faults)],
        }
        for run in runs
        for verdict in run.verdicts
    ]


def keep(folder: Path, new: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Add records to the history in ``folder``, and return all that it has, oldest first."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / HISTORY_FILE
    with path.open("a", encoding="utf-8") as file:
        for record in new:
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]


def write(folder: Path, title: str, runs: Sequence[RunResult], factor: float) -> None:
    """Add the last of the runs to the history, and write page and JUnit file anew."""
    when = datetime.now(UTC).isoformat(timespec="seconds")
    history = keep(folder, records(runs[-1:], factor, when))
    (folder / PAGE_FILE).write_text(page(title, history), encoding="utf-8")
    (folder / JUNIT_FILE).write_text(junit(results(runs)), encoding="utf-8")


def junit(checks: Sequence[CheckResult]) -> str:
    """Return the results as JUnit's XML, as CI systems read it."""
    failed = sum(check.state == "failed" for check in checks)
    skipped = sum(check.state == "skipped" for check in checks)
    totals = {"tests": len(checks), "failures": failed, "skipped": skipped}
    suite = ElementTree.Element(
        "testsuite", {"name": "drills", **{k: str(v) for k, v in totals.items()}}
    )
    for check in checks:
        case = ElementTree.SubElement(
            suite, "testcase", classname=AREA, name=check.id, time=f"{check.seconds:.1f}"
        )
        if check.state == "failed":
            failure = ElementTree.SubElement(case, "failure", message=check.seen)
            failure.text = "\n".join(str(d) for d in check.diagnostics)
        elif check.state == "skipped":
            ElementTree.SubElement(case, "skipped", message=check.seen)
        ElementTree.SubElement(case, "system-out").text = check.seen
    ElementTree.indent(suite)
    return ElementTree.tostring(suite, encoding="unicode", xml_declaration=True) + "\n"


_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 60rem; padding: 0 1rem;
  color: #1b1f24; background: #fff; }
h2 { margin: 2rem 0 0; font-size: 1.05rem; } .bad { color: #b42318; } .good { color: #1a7f37; }
p, ul { margin: .2rem 0; } table { border-collapse: collapse; } td, th {
  padding: .1rem .8rem .1rem 0; text-align: right; } th { font-weight: 600; }
svg { display: block; margin: .4rem 0; }
@media (prefers-color-scheme: dark) { body { color: #e6edf3; background: #0d1117; }
  .bad { color: #ff7b72; } .good { color: #56d364; } svg text { fill: #e6edf3; } }
"""
_COLOURS = {
    "fault": "#8250df",
    "over threshold": "#bf8700",
    "firing": "#cf222e",
    "grouped": "#0969da",
    "delivered": "#0a3069",
    "mended": "#8250df",
    "ended": "#2da44e",
    "resolved": "#1a7f37",
}


def page(title: str, history: Sequence[Mapping[str, Any]]) -> str:
    """Return the HTML page: for each alert the time line of its last run, and the runs before."""
    runs: dict[str, list[Mapping[str, Any]]] = {}
    for record in history:
        runs.setdefault(record["title"], []).append(record)
    sections = "".join(_section(name, runs[name][-_MOST_RUNS:]) for name in sorted(runs))
    heading = html.escape(f"Drills of {title}")
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{heading}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>'
        f"<body><h1>{heading}</h1>{sections}</body></html>\n"
    )


def _section(name: str, runs: Sequence[Mapping[str, Any]]) -> str:
    last = runs[-1]
    state = '<span class="good">proven</span>' if last["ok"] else '<span class="bad">failed</span>'
    harm = "real fault" if last["real"] else _OVERRIDDEN
    problems = "".join(f'<li class="bad">{html.escape(text)}</li>' for text in last["found"])
    origin = html.escape(f"{last['scenario']}: {'; '.join(last['faults'])}")
    when = html.escape(f"{last['when']}, {last['factor']:g} times as fast")
    return (
        f"<h2>{html.escape(name)}: {state}</h2><p>{origin} ({harm}), {when}</p>"
        f"<ul>{problems}</ul>{_svg(last['timeline'])}{_table(runs)}"
    )


def _svg(line: Mapping[str, float | None]) -> str:
    """Return the time line as a picture whose texts say what its marks show."""
    known = {step: moment for step, moment in line.items() if moment is not None}
    longest = max([*known.values(), 1.0])
    marks = []
    for row, step in enumerate(s for s in STEPS if s in known):
        x, y = 10 + known[step] / longest * (_WIDTH - 160), 16 + 18 * row
        marks.append(
            f'<circle cx="{x:.1f}" cy="{y}" r="5" fill="{_COLOURS[step]}"/>'
            f'<text x="{x + 10:.1f}" y="{y + 4}" font-size="12">{step} {known[step]:.1f} s</text>'
        )
    height = 18 * len(marks) + 8
    label = ", ".join(f"{step} {moment:.1f} s" for step, moment in known.items())
    return (
        f'<svg width="{_WIDTH}" height="{height}" role="img" aria-label="{label}">'
        f"{''.join(marks)}</svg>"
    )


def _table(runs: Sequence[Mapping[str, Any]]) -> str:
    """Return when each of the last runs had its page and its resolution."""
    rows = "".join(
        f"<tr><td>{html.escape(run['when'])}</td><td>{run['factor']:g}</td>"
        f"<td>{_cell(run['timeline'].get('delivered'))}</td>"
        f"<td>{_cell(run['timeline'].get('resolved'))}</td>"
        f"<td>{'proven' if run['ok'] else 'failed'}</td></tr>"
        for run in reversed(runs)
    )
    head = "".join(f"<th>{h}</th>" for h in ("run", "factor", "paged, s", "resolved, s", ""))
    return f"<table><tr>{head}</tr>{rows}</table>"


def _cell(moment: float | None) -> str:
    return "" if moment is None else f"{moment:.1f}"

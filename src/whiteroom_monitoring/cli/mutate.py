"""``whiteroom mutate``: changes the rules on purpose and prints what no unit test notices."""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.mutation.mutants import KINDS
from whiteroom_monitoring.mutation.runner import MutationResult, MutationRunner
from whiteroom_monitoring.mutation.sampling import candidates, sample
from whiteroom_monitoring.project import share
from whiteroom_monitoring.promql import rule_files
from whiteroom_monitoring.promql.rule_files import RuleSet

SEED = 20261125
GOAL = 0.95

EPILOG = """\
examples:
  whiteroom mutate                        every mutant of every rule: some minutes
  whiteroom mutate audio ffi              of these files of prometheus/rules
  whiteroom mutate --sample 40 --seed 7   forty of them, the same ones for the same seed
  whiteroom mutate --kind window          only ranges and offsets, doubled

A mutant that survives is a change of a rule that no unit test notices: write the test that does.
Its line is the rule's place, its name, the kind of change, and what became what.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom mutate``."""
    parser.epilog = EPILOG
    parser.add_argument("file", nargs="*", help="rule files by name, without .yml (default: all)")
    parser.add_argument("--kind", action="append", choices=KINDS, default=[], help="only these")
    parser.add_argument("--sample", type=int, metavar="N", help="try N mutants (default: all)")
    parser.add_argument(
        "--seed", type=int, default=SEED, help="decides which sample (default %(default)s)"
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="promtools at once (default: cores)")
    parser.add_argument(
        "--promtool", default="promtool", metavar="PROGRAM", help="which one (default %(default)s)"
    )
    parser.add_argument(
        "--infrastructure",
        type=Path,
        metavar="DIR",
        help="folder of prometheus/ (default: the package's own)",
    )
    parser.add_argument(
        "--json", action="store_true", help="print JSON (documented in docs/reference/json.md)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the tests against the mutants and print the survivors. Return 1 when too many survive."""
    folder = (arguments.infrastructure or share("infrastructure/monitoring")) / "prometheus"
    rules = _rules(folder, arguments.file)
    if arguments.sample is not None and arguments.sample < 1:
        raise UsageError(f"--sample {arguments.sample}: expected 1 or more")
    found = candidates(rules.rules, arguments.file, arguments.kind)
    chosen = sample(found, arguments.sample or len(found), arguments.seed)
    runner = MutationRunner(
        folder / "rules", sorted((folder / "tests").glob("*.yml")), arguments.promtool
    )
    started = time.monotonic()
    show = not arguments.json
    results = list(_shown(runner.run(chosen, arguments.jobs), len(chosen), show))
    report = _report(results, arguments.seed, time.monotonic() - started)
    if arguments.json:
        print(json.dumps(report, indent=2, ensure_ascii=False))
    else:
        _print(report)
    return 0 if report["ok"] else 1


def _rules(folder: Path, files: Sequence[str]) -> RuleSet:
    paths = sorted((folder / "rules").glob("*.yml"))
    names = {path.stem for path in paths}
    for name in files:
        if name not in names:
            remedy = did_you_mean(name, names) or f"there are: {', '.join(sorted(names))}"
            raise UsageError(f"{name}: no such file in {folder / 'rules'}; {remedy}")
    rules = rule_files.read(paths)
    if rules.diagnostics:
        raise DiagnosticsError(rules.diagnostics)
    return rules


def _shown(results: Iterable[MutationResult], total: int, show: bool) -> Iterator[MutationResult]:
    """Yield the results, and print each survivor as soon as it is known."""
    live = show and sys.stderr.isatty()
    for count, result in enumerate(results, start=1):
        if live:
            print(f"\r\033[K{count} of {total}", end="", file=sys.stderr, flush=True)
        if show and result.verdict == "survived":
            end = "\r\033[K" if live else ""
            print(f"{end}survived  {result.mutant}", flush=True)
        yield result
    if live:
        print("\r\033[K", end="", file=sys.stderr, flush=True)


def _report(results: Sequence[MutationResult], seed: int, seconds: float) -> dict[str, Any]:
    valid = [result for result in results if result.verdict != "invalid"]
    caught = [result for result in valid if result.verdict == "caught"]
    share_caught = len(caught) / len(valid) if valid else 1.0
    return {
        "ok": share_caught >= GOAL,
        "seed": seed,
        "mutants": len(valid),
        "caught": len(caught),
        "ratio": round(share_caught, 4),
        "goal": GOAL,
        "seconds": round(seconds, 1),
        "kinds": _by_kind(valid),
        "survivors": [_survivor(result) for result in valid if result.verdict == "survived"],
    }


def _by_kind(results: Sequence[MutationResult]) -> dict[str, dict[str, int]]:
    tried = Counter(result.mutant.kind for result in results)
    caught = Counter(result.mutant.kind for result in results if result.verdict == "caught")
    return {kind: {"mutants": tried[kind], "caught": caught[kind]} for kind in KINDS}


def _survivor(result: MutationResult) -> dict[str, Any]:
    mutant = result.mutant
    line, column = mutant.place
    return {
        "path": str(mutant.rule.document.path),
        "line": line,
        "column": column,
        "rule": mutant.rule.name,
        "kind": mutant.kind,
        "old": mutant.old,
        "new": mutant.new,
    }


def _print(report: dict[str, Any]) -> None:
    for kind, counts in report["kinds"].items():
        if counts["mutants"]:
            print(f"{kind:10}  {counts['caught']:4} of {counts['mutants']} caught")
    print(
        f"{report['caught']} of {report['mutants']} mutants caught, {report['ratio']:.1%} "
        f"(goal {report['goal']:.0%}), seed {report['seed']}, {report['seconds']:.0f} s"
    )

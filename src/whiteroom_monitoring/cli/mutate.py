"""``whiteroom mutate``: changes rules or code on purpose and prints what no test notices."""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.cli.argument_types import folder
from whiteroom_monitoring.cli.options import add_project_option
from whiteroom_monitoring.diagnostics import DiagnosticsError
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.mutation import python_rooms, python_runner, report, rule_mutants
from whiteroom_monitoring.mutation.python_mutants import KINDS as PYTHON_KINDS
from whiteroom_monitoring.mutation.rule_runner import MutationResult, MutationRunner
from whiteroom_monitoring.mutation.sampling import candidates, sample
from whiteroom_monitoring.project import load
from whiteroom_monitoring.project.settings import files_in
from whiteroom_monitoring.promql import rule_files
from whiteroom_monitoring.promql.rule_files import RuleSet
from whiteroom_monitoring.resources import repository_root

# Kinds of breaks of the chain, which only --chain makes.
CHAIN_KINDS = (
    *("rule", "covering", "inhibition", "route", "template", "receiver", "metric", "exporter"),
)
SEED = 20261125
GOAL = 0.95
PYTHON_GOAL = 0.85

EPILOG = """\
examples:
  whiteroom mutate                        every mutant of every rule: some minutes
  whiteroom mutate audio ffi              of these files of prometheus/rules
  whiteroom mutate --sample 40 --seed 7   forty of them, the same ones for the same seed
  whiteroom mutate --kind window          only ranges and offsets, doubled
  whiteroom mutate --python               Python modules of all rooms, in a clone: hours
  whiteroom mutate --python promql slo    those of these rooms
  whiteroom mutate --python --sample 50   fifty of each room, and what follows for all
  whiteroom mutate --chain                break the chain from metric to pager, 60 times: an hour
  whiteroom mutate --chain --kind route   60 breaks of routes alone

A mutant that survives is a change that no unit test notices: write the test that does. Its line is
its place, its rule or function, the kind of change, and what became what. Mutants of Python that no
test can notice are listed in mutation/equivalents.toml, each with the reason. Verdicts are
kept in build/mutation until the module or the tests of its room change.

With --chain, a copy of the stack gets one break after the other, in a rule, what covers it, an
inhibition, a route, a template, a receiver, a metric or an exporter, and the drills of the alerts
that it touches run. A survivor is a break that no drill notices. Whatever is known stays in the
file of --record, and a run goes on where one ended.
"""


def configure(parser: argparse.ArgumentParser) -> None:
    """Add the options of ``whiteroom mutate``."""
    parser.epilog = EPILOG
    parser.add_argument(
        "name",
        nargs="*",
        help="rule files, without .yml; with --python rooms or modules; with --chain a part of "
        "what is printed of a break",
    )
    parser.add_argument(
        "--python", action="store_true", help="change Python modules instead of rules"
    )
    parser.add_argument(
        "--chain", action="store_true", help="break the configuration of a copy, and drill it"
    )
    parser.add_argument(
        "--kind",
        action="append",
        choices=[*dict.fromkeys((*rule_mutants.KINDS, *PYTHON_KINDS, *CHAIN_KINDS))],
        default=[],
        help="only these",
    )
    parser.add_argument(
        "--sample",
        type=int,
        metavar="N",
        help="try N mutants, with --python N of each room (default: all, with --chain 60)",
    )
    parser.add_argument(
        "--seed", type=int, default=SEED, help="decides which sample (default %(default)s)"
    )
    parser.add_argument("--jobs", type=int, metavar="N", help="processes at once (default: cores)")
    parser.add_argument(
        "--promtool", default="promtool", metavar="PROGRAM", help="which one (default %(default)s)"
    )
    parser.add_argument(
        "--infrastructure",
        type=folder,
        metavar="DIR",
        help="folder of prometheus/, in place of the project's",
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="COMPONENT",
        help="leave this component out of the copy of --chain",
    )
    parser.add_argument(
        "--without-app", action="store_true", help="copy the monitoring alone for --chain"
    )
    parser.add_argument(
        "--record",
        type=Path,
        metavar="FILE",
        help="keep the verdicts of --chain there (default: drills/breaks.jsonl in the data folder)",
    )
    parser.add_argument(
        "--port-offset",
        type=int,
        metavar="N",
        help="add N to every port of the copy of --chain (default: one whose ports are free)",
    )
    add_project_option(parser)
    parser.add_argument(
        "--json", action="store_true", help="print JSON (documented in docs/reference/json.md)"
    )


def run(arguments: argparse.Namespace) -> int:
    """Run the tests against the mutants and print the survivors. Return 1 when too many survive."""
    if arguments.sample is not None and arguments.sample < 1:
        raise UsageError(f"--sample {arguments.sample}: expected 1 or more")
    started = time.monotonic()
    if arguments.chain:
        # Here, because rules and Python need nothing of what runs a stack.
        from whiteroom_monitoring.cli import mutate_chain  # noqa: PLC0415

        document = mutate_chain.document(arguments)
    elif arguments.python:
        python_results, sizes = _python_results(arguments)
        document = report.report(python_results, PYTHON_KINDS, PYTHON_GOAL, arguments.seed)
        report.add_rooms(document, python_results, sizes)
    else:
        document = report.report(_rule_results(arguments), rule_mutants.KINDS, GOAL, arguments.seed)
    document["seconds"] = round(time.monotonic() - started, 1)
    if arguments.json:
        print(json.dumps(document, indent=2, ensure_ascii=False))
    else:
        if arguments.chain:
            mutate_chain.print_rest(document)
        report.print_report(document)
    return 0 if document["ok"] else 1


def _rule_results(arguments: argparse.Namespace) -> list[MutationResult]:
    files = load(arguments.project).files
    if arguments.infrastructure:
        files = files_in(arguments.infrastructure.absolute())
    rules = _rules(files.rules, arguments.name)
    mutants = candidates(rules.rules, arguments.name, arguments.kind)
    chosen = sample(mutants, arguments.sample or len(mutants), arguments.seed)
    tests = sorted(files.rule_tests.glob("*.yml"))
    runner = MutationRunner(files.rules, tests, arguments.promtool)
    results = runner.run(chosen, arguments.jobs)
    return list(report.shown(results, len(chosen), not arguments.json))


def _python_results(
    arguments: argparse.Namespace,
) -> tuple[list[python_runner.PythonResult], Mapping[str, int]]:
    """Return the results, and of how many mutants of each room they are a sample."""
    root = repository_root()
    if root is None:
        raise UsageError("--python: an installed package has no tests; run it in a clone")
    for path in python_rooms.modules(root, arguments.name):
        if not path.is_file():
            raise UsageError(f"{path}: no such module; name one as promql or promql/parse")
    mutants = python_rooms.candidates(root, arguments.name, arguments.kind)
    chosen = python_rooms.sample_each_room(mutants, arguments.sample, arguments.seed)
    runner = python_runner.PythonMutationRunner(root, arguments.jobs)
    results = report.shown(runner.run(chosen), len(chosen), not arguments.json)
    return list(results), Counter(python_rooms.room_of(mutant) for mutant in mutants)


def _rules(folder: Path, files: Sequence[str]) -> RuleSet:
    paths = sorted(folder.glob("*.yml"))
    names = {path.stem for path in paths}
    for name in files:
        if name not in names:
            remedy = did_you_mean(name, names) or f"there are: {', '.join(sorted(names))}"
            raise UsageError(f"{name}: no such file in {folder}; {remedy}")
    rules = rule_files.read(paths)
    if rules.diagnostics:
        raise DiagnosticsError(rules.diagnostics)
    return rules

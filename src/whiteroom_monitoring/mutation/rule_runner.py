"""Runs the unit tests of rules against their mutants, many at once."""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import yaml
from yaml.nodes import MappingNode, SequenceNode

from whiteroom_monitoring.catalogue import document
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.mutation.rule_mutants import Mutant

# caught: a test fails. invalid: promtool can't load it, which tells nothing about the tests.
Verdict = Literal["caught", "survived", "invalid"]

BATCH = 8
TIMEOUT_S = 600
_REPORT = re.compile(r"^Unit Testing: +(\S+)\n(.*?)(?=^Unit Testing: |\Z)", re.M | re.S)


@dataclass(frozen=True)
class MutationResult:
    """A mutant and whether a unit test noticed it."""

    mutant: Mutant
    verdict: Verdict

    @property
    def kind(self) -> str:
        """The kind of change."""
        return self.mutant.kind

    def __str__(self) -> str:
        return str(self.mutant)

    def survivor(self) -> dict[str, Any]:
        """Return the mutant as an object of schemas/mutate.schema.json."""
        mutant = self.mutant
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


@dataclass(frozen=True)
class _Case:
    """One unit test, as the ``text`` of a file of its own."""

    name: str
    text: str


class MutationRunner:
    """The unit tests in ``tests``, of the rules in ``rules``, run by ``promtool``.

    Each is run alone, those first that know the mutant's rule by its name: one failure is enough,
    and most of a file of tests is about other rules.
    """

    def __init__(self, rules: Path, tests: Sequence[Path], promtool: str = "promtool") -> None:
        self._rules = rules
        self._promtool = promtool
        self._tests: dict[str, list[Path]] = {}
        for path in tests:
            for name in document.read(path).data["rule_files"]:
                # Those of the same name come first: they catch most.
                paths = self._tests.setdefault(Path(name).name, [])
                paths.insert(0 if path.name == Path(name).name else len(paths), path)
        self._cases = {path: list(_cases(path)) for path in tests}
        # Those that are known to pass without any mutation.
        self._successes: set[_Case] = set()

    def run(self, mutants: Sequence[Mutant], jobs: int | None = None) -> Iterator[MutationResult]:
        """Yield the result of each mutant, in the order of ``mutants``.

        Raises MonitoringError when the tests can't be run, or fail without any mutation.
        """
        batches = [mutants[start : start + BATCH] for start in range(0, len(mutants), BATCH)]
        with ThreadPoolExecutor(jobs or os.cpu_count() or 1) as pool:
            for results in pool.map(self._run_batch, batches):
                yield from results

    def _require_success(self, cases: Iterable[_Case]) -> None:
        """Raise MonitoringError where one of the unit tests fails without any mutation, too."""
        unknown = [case for case in cases if case not in self._successes]
        with tempfile.TemporaryDirectory(prefix="whiteroom-mutants-") as name:
            folder = Path(name)
            (folder / "rules").symlink_to(self._rules.absolute())
            (folder / "tests").mkdir()
            reports = self._promtool_reports(_write(folder / "tests", unknown))
        for path, report in reports.items():
            if "FAILED" in report:
                raise MonitoringError(f"{path.name}: fails without any mutation: {report.strip()}")
        self._successes.update(unknown)

    def _run_batch(self, mutants: Sequence[Mutant]) -> list[MutationResult]:
        """Run the unit tests of each mutant, more at each turn, until one catches it."""
        verdicts: dict[int, Verdict] = dict.fromkeys(range(len(mutants)), "survived")
        waiting = {index: self._cases_of(mutant) for index, mutant in enumerate(mutants)}
        with tempfile.TemporaryDirectory(prefix="whiteroom-mutants-") as name:
            folders = [Path(name) / str(index) for index in range(len(mutants))]
            for folder, mutant in zip(folders, mutants, strict=True):
                self._write_rules(folder, mutant)
            many = 1
            while waiting:
                turn = {
                    index: _write(folders[index] / "tests", cases[:many])
                    for index, cases in waiting.items()
                }
                reports = self._promtool_reports(
                    [path for paths in turn.values() for path in paths]
                )
                failures: list[_Case] = []
                for index, paths in turn.items():
                    answers = [_verdict(reports[path]) for path in paths]
                    verdicts[index] = next((v for v in answers if v != "survived"), "survived")
                    pairs = zip(waiting[index], answers, strict=False)
                    failures += [case for case, answer in pairs if answer == "caught"]
                self._require_success(failures)
                waiting = {
                    index: cases[many:]
                    for index, cases in waiting.items()
                    if verdicts[index] == "survived" and len(cases) > many
                }
                many *= 2
        return [MutationResult(mutant, verdicts[index]) for index, mutant in enumerate(mutants)]

    def _cases_of(self, mutant: Mutant) -> list[_Case]:
        """Return the unit tests that load the mutant's rule, the most promising ones first."""
        cases: list[_Case] = []
        for path in self._tests.get(mutant.rule.document.path.name, []):
            cases += sorted(self._cases[path], key=lambda case: mutant.rule.name not in case.text)
        return cases

    def _write_rules(self, folder: Path, mutant: Mutant) -> None:
        """Write the rules with ``mutant`` in the place of its rule, and a folder for tests."""
        mutated = mutant.rule.document.path
        for name in ("rules", "tests"):
            (folder / name).mkdir(parents=True)
        for path in self._rules.glob("*.yml"):
            if path.name != mutated.name:
                (folder / "rules" / path.name).symlink_to(path.absolute())
        content = _with_mutant(mutant)
        (folder / "rules" / mutated.name).write_text(yaml.safe_dump(content), encoding="utf-8")

    def _promtool_reports(self, paths: Sequence[Path]) -> dict[Path, str]:
        """Return what promtool says to each file of unit tests."""
        if not paths:
            return {}
        command = [self._promtool, "test", "rules", *map(str, paths)]
        try:
            # It says on standard error which of the files on standard output has failed.
            done = subprocess.run(
                command,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                timeout=TIMEOUT_S,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise MonitoringError(f"{self._promtool} can't be run: {error}") from error
        reports = {Path(path): report for path, report in _REPORT.findall(done.stdout)}
        if reports.keys() != set(paths):
            raise MonitoringError(f"{self._promtool}: unexpected answer: {done.stdout[-500:]}")
        return reports


def _cases(path: Path) -> Iterator[_Case]:
    """Yield each test in the file at ``path`` as a file of its own.

    They are taken over as they are written, not as YAML reads them: the samples 0x10 are eleven
    zeros to promtool, and the number sixteen to YAML.
    """
    root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    if not isinstance(root, MappingNode):
        return
    for key, tests in root.value:
        if key.value == "tests":
            others = [pair for pair in root.value if pair[1] is not tests]
            for index, test in enumerate(tests.value):
                alone = (key, SequenceNode(tests.tag, [test]))
                text = yaml.serialize(MappingNode(root.tag, [*others, alone]))
                yield _Case(f"{path.stem}-{index}.yml", text)


def _write(folder: Path, cases: Sequence[_Case]) -> list[Path]:
    paths = [folder / case.name for case in cases]
    for path, case in zip(paths, cases, strict=True):
        path.write_text(case.text, encoding="utf-8")
    return paths


def _with_mutant(mutant: Mutant) -> Any:
    groups, group, rules, rule = mutant.rule.pointer
    data = mutant.rule.document.data
    changed = [dict(group) for group in data[groups]]
    changed[int(group)][rules] = list(changed[int(group)][rules])
    changed[int(group)][rules][rule] = mutant.body
    return {**data, groups: changed}


def _verdict(report: str) -> Verdict:
    if "FAILED" not in report:
        return "survived"
    return "invalid" if "could not parse" in report or "parse error" in report else "caught"

"""Runs the tests of a room against the mutants of its modules, and remembers the results."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from queue import SimpleQueue
from typing import Any, Literal

from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.mutation.python_mutants import PythonMutant
from whiteroom_monitoring.mutation.python_rooms import TESTS, modules, name_of, room_of

CACHE = "build/mutation/python.jsonl"
_WORKER = Path(__file__).with_name("pytest_worker.py")
_EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
# A function of tests that takes longer, while it is traced, is left out: it would be run for each
# mutant that the others don't catch.
MAX_TEST_S = 30.0
_MIN_TIMEOUT_S = 10.0

# caught: a test fails. equivalent: no test can notice it, for the reason that is written down.
Verdict = Literal["caught", "survived", "equivalent"]


@dataclass(frozen=True)
class PythonResult:
    """A mutant and whether a test noticed it; of an equivalent one, why none can."""

    mutant: PythonMutant
    verdict: Verdict
    reason: str = ""

    @property
    def kind(self) -> str:
        """The kind of change."""
        return self.mutant.kind

    @property
    def room(self) -> str:
        """The room of the mutant's module."""
        return room_of(self.mutant)

    def __str__(self) -> str:
        return str(self.mutant)

    def survivor(self) -> dict[str, Any]:
        """Return the mutant as an object of schemas/mutate.schema.json."""
        mutant = self.mutant
        return {
            "path": str(mutant.path),
            "line": mutant.line,
            "column": mutant.column,
            "function": mutant.function,
            "kind": mutant.kind,
            "old": mutant.old,
            "new": mutant.new,
        }


@dataclass
class _Coverage:
    """Which functions of tests run which lines of a room, and how long they take."""

    seconds: dict[str, float] = field(default_factory=dict)
    lines: dict[tuple[str, int], set[str]] = field(default_factory=dict)

    def tests_of(self, mutant: PythonMutant) -> list[str]:
        """Return the tests to run: those that run the mutant's line, then others of their files.

        What a fixture of a file has run, its other tests don't run again: they notice it, too. A
        line that no test runs may have run when the module was imported: then every test of the
        room counts, first those that run something of the module.
        """
        path = str(mutant.path)
        first = self.lines.get((path, mutant.line), set()) if mutant.function else set()
        files = {test.partition("::")[0] for test in first}
        others = {test for test in self.seconds if test.partition("::")[0] in files} - first
        if not first:
            first = self._tests_of_file(path)
            others = self.seconds.keys() - first
        ordered = (*self._by_time(first), *self._by_time(others))
        return [test for test in ordered if self.seconds[test] <= MAX_TEST_S]

    def _tests_of_file(self, path: str) -> set[str]:
        of_lines = (tests for (file, _), tests in self.lines.items() if file == path)
        return set().union(*of_lines)

    def _by_time(self, tests: Iterable[str]) -> list[str]:
        return sorted(tests, key=lambda test: self.seconds[test])


class _Worker:
    """A process of pytest_worker.py."""

    def __init__(self, root: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", str(_WORKER)],
            cwd=root,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **request: Any) -> dict[str, Any]:
        """Return the answer to a request. Raises MonitoringError when the process has ended."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        line = self._process.stdout.readline()
        if not line:
            raise MonitoringError("the process that runs the tests has ended")
        answer: dict[str, Any] = json.loads(line)
        return answer

    def close(self) -> None:
        """End the process."""
        self._process.communicate()


class PythonMutationRunner:
    """Runs the tests of rooms below the clone's ``root`` against mutants.

    Verdicts are kept in the file ``cache``.
    """

    def __init__(self, root: Path, jobs: int | None = None, cache: Path | None = None) -> None:
        self._root = root
        self._jobs = jobs or os.cpu_count() or 1
        self._coverage: dict[str, _Coverage] = {}
        self._digests: dict[str, str] = {}
        self._results = _Results(cache or root / CACHE)
        self._equivalents = equivalents()

    def run(self, chosen: Sequence[PythonMutant]) -> Iterator[PythonResult]:
        """Yield the result of each mutant. Raises MonitoringError when the tests fail anyway."""
        workers: SimpleQueue[_Worker] = SimpleQueue()
        started = [_Worker(self._root) for _ in range(self._jobs)]
        for worker in started:
            workers.put(worker)
        try:
            with ThreadPoolExecutor(self._jobs) as pool:
                unknown = {room_of(m) for m in chosen if self._known(m) is None}
                list(pool.map(lambda room: self._cover(room, workers), sorted(unknown)))
                yield from pool.map(lambda mutant: self._result(mutant, workers), chosen)
        finally:
            for worker in started:
                worker.close()

    def _known(self, mutant: PythonMutant) -> PythonResult | None:
        reason = self._equivalents.get(name_of(mutant), {}).get(mutant.id)
        if reason is not None:
            return PythonResult(mutant, "equivalent", reason)
        verdict = self._results.get(self._key(mutant))
        return None if verdict is None else PythonResult(mutant, verdict)

    def _key(self, mutant: PythonMutant) -> str:
        tests = self._digest_of_tests(room_of(mutant))
        return hashlib.sha256(f"{tests} {mutant.source}".encode()).hexdigest()

    def _digest_of_tests(self, room: str) -> str:
        if room not in self._digests:
            digest = hashlib.sha256()
            for path in sorted((self._root / TESTS / room).rglob("*.py")):
                digest.update(path.read_bytes())
            self._digests[room] = digest.hexdigest()
        return self._digests[room]

    def _cover(self, room: str, workers: SimpleQueue[_Worker]) -> None:
        worker = workers.get()
        try:
            targets = [str(path) for path in modules(self._root, [room])]
            answer = worker.ask(tests=[f"{TESTS}/{room}"], targets=targets)
            # A test that counts calls may fail because it is traced.
            passes = not answer["status"] or not worker.ask(tests=[f"{TESTS}/{room}"])["status"]
        finally:
            workers.put(worker)
        if not passes:
            raise MonitoringError(f"{TESTS}/{room} fails without any mutation")
        coverage = self._coverage[room] = _Coverage()
        for name, test in answer["tests"].items():
            coverage.seconds[name] = test["seconds"]
            for path, line in test["lines"]:
                coverage.lines.setdefault((path, line), set()).add(name)

    def _result(self, mutant: PythonMutant, workers: SimpleQueue[_Worker]) -> PythonResult:
        known = self._known(mutant)
        if known is not None:
            return known
        coverage = self._coverage[room_of(mutant)]
        tests = coverage.tests_of(mutant)
        verdict: Verdict = "survived"
        if tests:
            worker = workers.get()
            try:
                answer = worker.ask(
                    tests=tests,
                    module=name_of(mutant),
                    path=str(mutant.path),
                    source=mutant.source,
                    timeout_s=_MIN_TIMEOUT_S + 10 * sum(coverage.seconds[test] for test in tests),
                )
            finally:
                workers.put(worker)
            verdict = "survived" if answer["status"] == 0 else "caught"
        self._results.set(self._key(mutant), verdict)
        return PythonResult(mutant, verdict)


class _Results:
    """Verdicts by mutated source and tests, kept in a file: a run goes on where one ended."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        self._lock = threading.Lock()
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        self._verdicts: dict[str, Verdict] = dict(json.loads(line) for line in lines)

    def get(self, key: str) -> Verdict | None:
        """Return the verdict that is known, None when there is none."""
        return self._verdicts.get(key)

    def set(self, key: str, verdict: Verdict) -> None:
        """Remember a verdict. Safe for several threads."""
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            self._verdicts[key] = verdict
            file.write(json.dumps([key, verdict]) + "\n")


def equivalents() -> dict[str, dict[str, str]]:
    """Return the mutants that no test can notice, by module and id, each with the reason."""
    return tomllib.loads(_EQUIVALENTS.read_text(encoding="utf-8"))

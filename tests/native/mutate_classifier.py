"""Changes the dropout classifier on purpose, one thing at a time, to see whether its tests notice.

    python tests/native/mutate_classifier.py [--hosts] [--file NAME]... [--sample 40] [--seed 1]
                                             [--record FILE]

Each change is compiled into a small test program of its own; nothing else is built. Prints the
changes that nobody noticed as soon as they are known, but for those that can't make a difference
(EQUIVALENT, with the reason), and on the standard error how far it is; exit status 1 when fewer
than 95 % were noticed. All changes take about 40 minutes of a processor. With `--record`, verdicts
are kept in a file, and a run that was stopped goes on where it was: what has been judged is judged
again only if a header or its tests are others now. Needs the core's library, which start.sh
builds, and doctest.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
INCLUDE = ROOT / "juce_backend/src/monitoring/include"
CORE = INCLUDE / "whiteroom/monitoring"
LIBRARY = ROOT / "build/juce_backend/src/monitoring/libwhiteroom_monitoring.a"
CHANGED = (
    "clock_skew.h",
    "device_model.h",
    "dropout_classifier.h",
    "host_store.h",
    "xrun_ledger.h",
)
# The fastest first: most changes are noticed by them.
FIRST_TESTS = ("dropout_test.cpp", "dropout_bounds_test.cpp")
LAST_TESTS = ("hosts_test.cpp", "shapes_test.cpp")
TESTS = (*FIRST_TESTS, *LAST_TESTS)
# These run for longer than a compiler needs to make them fast.
OPTIMISED = ("shapes_test.cpp",)
# What the tests include from elsewhere, compiled once.
STANDARD = (
    *("doctest/doctest.h", "algorithm", "array", "atomic", "chrono", "cmath", "deque"),
    *("functional", "map", "memory", "numeric", "optional", "span", "string", "thread", "vector"),
)
# What has tests of its own, which are asked first.
OWN_TESTS = {
    "clock_skew.h": ("clock_skew_test.cpp", *TESTS),
    "device_model.h": (*FIRST_TESTS, "device_resumes_test.cpp", *LAST_TESTS),
    "dropout_classifier.h": (
        *(*FIRST_TESTS, "xrun_reports_test.cpp", "device_resumes_test.cpp"),
        *LAST_TESTS,
    ),
    "host_store.h": ("host_store_test.cpp", *TESTS),
    "xrun_ledger.h": ("host_store_test.cpp", "xrun_reports_test.cpp", *TESTS),
}
# What plug-ins and adapters judge by, and the tests that hold it: `--hosts` changes these instead.
HOSTS = {
    "host_callback.h": ("host_callback_test.cpp",),
    "device_clock.h": ("device_clock_test.cpp",),
    "preemption_watch.h": ("preemption_test.cpp",),
}
CAUGHT_AT_LEAST = 0.95
# A test program that spins or hangs has noticed the change. Processor time, because a busy machine
# lets it wait.
CPU_LIMIT_S = 60
TIMEOUT_S = 600
PROGRESS_EVERY = 10
# What becomes of a change, where no test fails.
SURVIVED = "survived"
NO_PROGRAM = "no program"

SWAPS = (
    (" < ", " > "),
    (" <= ", " >= "),
    (" > ", " < "),
    (" >= ", " <= "),
    (" && ", " || "),
    (" || ", " && "),
    (" + ", " - "),
    (" - ", " + "),
    (" * ", " / "),
    (" / ", " * "),
    (" += ", " -= "),
    (" -= ", " += "),
    ("std::min(", "std::max("),
    ("std::max(", "std::min("),
    ("true", "false"),
    ("false", "true"),
)
# Bounds themselves, where whole numbers are compared: two times are never equal.
BOUNDS = ((" < ", " <= "), (" > ", " >= "), (" >= ", " > "))
WHOLE_NUMBERS = re.compile(r"count|kFewest|uneven_|place|next_ >")
CONSTANT = re.compile(r"(constexpr [\w:<>]+ k\w+ = [^;]*?)(\d[\d.']*(?:e\d+)?)(?=[;)])")
STATEMENT = re.compile(r"^ {4,}(?:if \([^;]*\) )?[\w.\->:]+(?:\([^;]*\)| [+\-]?= [^;]*);$")

# What can't be noticed from outside, with the reason: the line as it is, and as it is changed.
SAME_LENGTH = "const bool same = std::abs(delivered_ - asked_) <= kEven * asked_;"
EVEN = (
    "const bool even = same || is_multiple(delivered_, asked_) || is_multiple(asked_, delivered_);"
)
SHORTCUT = "a shortcut without a division: what is the same is a multiple of it, too"
RUNNING = "bool running_ = false;     ///< the last callback was one of a dropout"
COUNTED = "bool counted_ = false;     ///< a dropout was, since the queue was last full"
EQUIVALENT = {
    (RUNNING, RUNNING.replace("false", "true")): "the first callback counts no dropout and sets it",
    (COUNTED, COUNTED.replace("false", "true")): "a stream begins with a queue that is known",
    (
        "constexpr double kExact = 9e15;  // beyond, a double has no fraction",
        "constexpr double kExact = 2 * 9e15;  // beyond, a double has no fraction",
    ): "a whole number of 64 bits holds twice as much, and more",
    (SAME_LENGTH, SAME_LENGTH.replace(" - ", " + ")): SHORTCUT,
    (SAME_LENGTH, SAME_LENGTH.replace(" * ", " / ")): SHORTCUT,
    (EVEN, EVEN.replace(" || ", " && ", 1)): SHORTCUT,
}


@dataclass(frozen=True)
class Change:
    """One change of one line."""

    file: str
    line: int
    before: str
    after: str

    @property
    def is_equivalent(self) -> bool:
        """Return whether EQUIVALENT names it."""
        return (self.before.strip(), self.after.strip()) in EQUIVALENT

    def __str__(self) -> str:
        after = self.after.strip() or "(left out)"
        return f"{self.file}:{self.line}: {self.before.strip()}  ->  {after}"


def changes(files: Iterable[str] = CHANGED) -> list[Change]:
    """Return every change of these files that this program knows of."""
    return [
        Change(name, number, line, changed)
        for name in files
        for number, line in enumerate((CORE / name).read_text().splitlines(), 1)
        for changed in sorted(set(_changed(line)))
    ]


def tests_of(change: Change) -> tuple[str, ...]:
    """Return the tests that may notice it, the fastest first."""
    return HOSTS.get(change.file) or OWN_TESTS.get(change.file, TESTS)


def _changed(line: str) -> Iterator[str]:
    code = line.partition("//")[0]
    if not code.strip() or code.lstrip().startswith(("#", "template", "using")):
        return
    for old, new in SWAPS:
        for found in re.finditer(re.escape(old), code):
            yield line[: found.start()] + new + line[found.end() :]
    if WHOLE_NUMBERS.search(code):
        for old, new in BOUNDS:
            if old in code:
                yield line.replace(old, new, 1)
    constant = CONSTANT.search(code)
    if constant:
        for changed in (f"2 * {constant[2]}", f"{constant[2]} / 2"):
            yield line[: constant.start(2)] + changed + line[constant.end(2) :]
    if STATEMENT.match(code.rstrip()) and not code.lstrip().startswith("return"):
        yield ""


class Workshop:
    """A folder with a copy of the core's headers, and the tests compiled against it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._include = folder / "include"
        shutil.copytree(INCLUDE, self._include)
        self._headers = self._include / CORE.relative_to(INCLUDE)
        (folder / "standard.h").write_text("".join(f"#include <{name}>\n" for name in STANDARD))
        for level in ("-O0", "-O2"):
            (folder / level).mkdir()
            compiled = folder / level / "standard.h.gch"
            self._run_compiler([level, "-x", "c++-header", folder / "standard.h"], compiled)
        self._main = folder / "main.o"
        self._run_compiler(["-O0", "-c", HERE / "main.cpp"], self._main)

    def judge(self, change: Change) -> str:
        """Return the first test that fails with it, SURVIVED, or NO_PROGRAM."""
        path = self._headers / change.file
        original = path.read_text()
        lines = original.splitlines()
        lines[change.line - 1] = change.after
        path.write_text("\n".join(lines) + "\n")
        try:
            for test in tests_of(change):
                passes = self.passes(test)
                if not passes:
                    return NO_PROGRAM if passes is None else test
            return SURVIVED
        finally:
            path.write_text(original)

    def passes(self, test: str) -> bool | None:
        """Compile and run one of the tests; return nothing where it does not compile."""
        made = self._folder / "test.o"
        program = self._folder / "test"
        if not self._compile(test, made):
            return None
        link = [str(part) for part in ("g++", self._main, made, LIBRARY, "-o", program)]
        subprocess.run(link, check=True, capture_output=True)
        try:
            done = subprocess.run(
                [program, "--abort-after=1"],
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
                preexec_fn=_limit_cpu,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def _compile(self, test: str, made: Path) -> bool:
        level = "-O2" if test in OPTIMISED else "-O0"
        standard = ("-include", self._folder / level / "standard.h")
        return self._run_compiler([level, *standard, "-c", HERE / test], made)

    def _run_compiler(self, arguments: list[str | Path], made: Path) -> bool:
        command = ["g++", "-std=c++20", "-w", f"-I{self._include}", f"-I{HERE}", *arguments]
        done = subprocess.run([*command, "-o", made], capture_output=True, check=False)
        return done.returncode == 0


class Record:
    """The verdicts of earlier runs, in a file of one JSON object a line; without a file, none."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        lines = path.read_text().splitlines() if path and path.exists() else []
        self._entries = {entry["change"]: entry for entry in map(json.loads, lines)}

    def verdict(self, change: Change) -> str | None:
        """Return what became of it, if it was tried in the header and by the tests of today."""
        entry = self._entries.get(str(change))
        if entry is None or entry["sources"] != _digest(change, entry["verdict"]):
            return None
        verdict: str = entry["verdict"]
        return verdict

    def add(self, change: Change, verdict: str) -> None:
        """Keep a verdict, so that it outlives this process."""
        entry = {"change": str(change), "verdict": verdict, "sources": _digest(change, verdict)}
        self._entries[str(change)] = entry
        if self._path:
            with self._path.open("a") as file:
                file.write(json.dumps(entry) + "\n")


def _digest(change: Change, verdict: str) -> str:
    """Return a digest of what a verdict depends on: whoever survives has passed all tests.

    The headers beside the tests, and the core's, are in each of them.
    """
    tests = tests_of(change) if verdict == SURVIVED else (verdict,)
    headers = [*sorted(HERE.glob("*.h")), *sorted(CORE.glob("*.h"))]
    paths = [*headers, *(HERE / test for test in tests if (HERE / test).is_file())]
    content = b"".join(path.read_bytes() for path in paths)
    return hashlib.sha256(content + repr(tests).encode()).hexdigest()[:16]


def _limit_cpu() -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_LIMIT_S, CPU_LIMIT_S))


@dataclass
class Result:
    """What became of the changes that are programs."""

    tried: int
    unnoticed: list[Change]

    @property
    def caught(self) -> float:
        """Return the share that was noticed."""
        return 1 - len(self.unnoticed) / self.tried


def try_all(chosen: list[Change], record: Record | None = None) -> Result:
    """Try changes; exit when the tests fail without one."""
    record = record or Record()
    result = Result(0, [])
    # What can't be noticed need not be tried.
    chosen = [change for change in chosen if not change.is_equivalent]
    with tempfile.TemporaryDirectory(prefix="whiteroom-mutants-") as folder:
        workshop = None
        for number, change in enumerate(chosen, 1):
            verdict = record.verdict(change)
            if verdict is None:
                workshop = workshop or _workshop(Path(folder), chosen)
                verdict = workshop.judge(change)
                record.add(change, verdict)
            _add(result, change, verdict)
            _show_progress(number, len(chosen), result)
    return result


def _workshop(folder: Path, chosen: list[Change]) -> Workshop:
    workshop = Workshop(folder)
    tests = {test for change in chosen for test in tests_of(change)}
    broken = [test for test in sorted(tests) if not workshop.passes(test)]
    if broken:
        sys.exit(f"{', '.join(broken)}: fails without a change")
    return workshop


def _add(result: Result, change: Change, verdict: str) -> None:
    if verdict == NO_PROGRAM:
        return
    result.tried += 1
    if verdict == SURVIVED:
        result.unnoticed.append(change)
        print(change, flush=True)


def _show_progress(number: int, total: int, result: Result) -> None:
    if number % PROGRESS_EVERY == 0 or number == total:
        unnoticed = len(result.unnoticed)
        print(f"{number} of {total} tried, {unnoticed} not noticed", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """Try all changes, or a seeded sample of them."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, help="try only so many")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--hosts", action="store_true", help="change what plug-ins judge by")
    parser.add_argument("--file", action="append", metavar="NAME", help="change only this header")
    parser.add_argument("--record", type=Path, metavar="FILE", help="keep verdicts, and go on")
    options = parser.parse_args(arguments)
    chosen = changes(options.file or (HOSTS if options.hosts else CHANGED))
    if options.sample:
        chosen = random.Random(options.seed).sample(chosen, min(options.sample, len(chosen)))
    result = try_all(chosen, Record(options.record))
    print(f"{result.tried} changes, {result.caught:.1%} noticed")
    return 0 if result.caught >= CAUGHT_AT_LEAST else 1


if __name__ == "__main__":
    sys.exit(main())

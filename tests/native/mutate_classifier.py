"""Changes the dropout classifier on purpose, one thing at a time, to see whether its tests notice.

    python tests/native/mutate_classifier.py [--hosts] [--file NAME]... [--sample 40] [--seed 1]
                                             [--record FILE]

Each change is compiled by itself: the tests of the whole classifier are compiled once, against a
class without code (`opaque/`), and those of its parts with each change. Prints the changes that
nobody noticed as soon as they are known, but for those that can't make a difference (EQUIVALENT,
with the reason), and on the standard error how far it is; exit status 1 when fewer than 95 % were
noticed. All changes take about 20 minutes of a processor. With `--record`, verdicts are kept
in a file, and a run that was stopped goes on where it was: what has been judged is judged again
only if a header or its tests are others now. Needs the core's library, which start.sh
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
# They see the whole classifier only; the fastest first.
TESTS = (
    "xrun_reports_test.cpp",
    "device_resumes_test.cpp",
    "dropout_bounds_test.cpp",
    "dropout_test.cpp",
    "hosts_test.cpp",
    "shapes_test.cpp",
)
# The class without code that they are compiled with, and its code.
OPAQUE = HERE / "opaque"
# What the tests include from elsewhere, compiled once.
STANDARD = (
    *("doctest/doctest.h", "algorithm", "array", "atomic", "chrono", "cmath", "deque"),
    *("functional", "map", "memory", "numeric", "optional", "span", "string", "thread", "vector"),
)
# What has tests of its own, which are asked first.
OWN_TESTS = {
    "clock_skew.h": ("clock_skew_test.cpp",),
    "device_model.h": ("device_model_test.cpp",),
    "dropout_classifier.h": ("callback_timing_test.cpp",),
    "host_store.h": ("host_store_test.cpp",),
    "xrun_ledger.h": ("host_store_test.cpp",),
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
KNOWN = "bool known_ = true;            ///< since it has begun anew"
COUNTED = "bool counted_ = false;     ///< a dropout was, since the queue was last full"
EQUIVALENT = {
    (RUNNING, RUNNING.replace("false", "true")): "the first callback counts no dropout and sets it",
    (KNOWN, KNOWN.replace("true", "false")): "the first callback sets it: it lowers the room line",
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
    return HOSTS.get(change.file) or (*OWN_TESTS.get(change.file, ()), *TESTS)


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
    """A folder with a copy of the headers, and the tests, compiled as far as nothing is changed."""

    def __init__(self, folder: Path, tests: Iterable[str]) -> None:
        self._folder = folder
        self._include = folder / "include"
        shutil.copytree(INCLUDE, self._include)
        self._headers = self._include / CORE.relative_to(INCLUDE)
        (folder / "standard.h").write_text("".join(f"#include <{name}>\n" for name in STANDARD))
        self._compile(["-x", "c++-header", folder / "standard.h"], "standard.h.gch")
        self._compile(["-c", HERE / "main.cpp"], "main.o")
        self._standard = ("-include", folder / "standard.h")
        self._whole = [test for test in TESTS if test in set(tests)]
        for test in self._whole:
            self._compile([f"-I{OPAQUE}", *self._standard, "-c", HERE / test], f"{test}.o")

    def judge(self, change: Change) -> str:
        """Return the first test that fails with it, SURVIVED, or NO_PROGRAM."""
        path = self._headers / change.file
        original = path.read_text()
        lines = original.splitlines()
        lines[change.line - 1] = change.after
        path.write_text("\n".join(lines) + "\n")
        try:
            failed = self.first_failure(tests_of(change))
        finally:
            path.write_text(original)
        return failed or SURVIVED

    def first_failure(self, tests: Iterable[str]) -> str | None:
        """Return the first of the tests that fails, NO_PROGRAM where it does not compile."""
        linked = None
        for test in tests:
            program = "whole" if test in self._whole else test
            if program != linked and not self._build(test):
                return NO_PROGRAM
            linked = program
            if not self._passes(test):
                return test
        return None

    def _build(self, test: str) -> bool:
        """Make the program of a test, or that of all that see the whole classifier."""
        objects = ["changed.o", "main.o"]
        arguments: list[str | Path] = [*self._standard, "-c", HERE / test]
        if test in self._whole:
            objects += [f"{name}.o" for name in self._whole]
            arguments = [f"-I{OPAQUE}", *self._standard, "-c", OPAQUE / "opaque_classifier.cpp"]
        if not self._compile(arguments, "changed.o"):
            return False
        command = ["g++", *(self._folder / name for name in objects), LIBRARY]
        subprocess.run([*command, "-o", self._folder / "test"], check=True, capture_output=True)
        return True

    def _passes(self, test: str) -> bool:
        try:
            done = subprocess.run(
                [self._folder / "test", "--abort-after=1", f"--source-file=*{test}"],
                capture_output=True,
                timeout=TIMEOUT_S,
                check=False,
                preexec_fn=_limit_cpu,
            )
        except subprocess.TimeoutExpired:
            return False
        return done.returncode == 0

    def _compile(self, arguments: list[str | Path], made: str) -> bool:
        options = ("-std=c++20", "-w", "-O1")
        folders = (f"-I{self._include}", f"-I{HERE}")
        # The folders that are given stand in front of these.
        command = ["g++", *options, *arguments, *folders, "-o", self._folder / made]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


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
    tests = sorted({test for change in chosen for test in tests_of(change)})
    workshop = Workshop(folder, tests)
    broken = [test for test in tests if workshop.first_failure([test])]
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

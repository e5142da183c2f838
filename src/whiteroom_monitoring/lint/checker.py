"""Prometheus' and Alertmanager's own checkers, run on files side by side."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from whiteroom_monitoring.diagnostics import (
    CheckSkipped,
    Diagnostic,
    FilePlace,
    require_none,
)
from whiteroom_monitoring.diagnostics.check import count

TIMEOUT_S = 300
_LINE = re.compile(r"\bline (\d+)")
# What the checkers say around the reason.
_NOISE = re.compile(r"Checking \S+|Unit Testing: +\S+|amtool: error: failed to validate .*|FAILED:")


@dataclass(frozen=True)
class Tool:
    """A checker: its ``program``, Debian's ``package`` that has it, and its subcommand."""

    program: str
    package: str
    subcommand: tuple[str, ...]

    @property
    def is_installed(self) -> bool:
        """Whether the program is on the PATH."""
        return shutil.which(self.program) is not None

    def diagnostics(self, paths: Sequence[Path]) -> list[Diagnostic]:
        """Return what the checker says against ``paths``, one diagnostic for each file."""
        with ThreadPoolExecutor(os.cpu_count()) as pool:
            return list(chain.from_iterable(pool.map(self._run, paths)))

    def check(self, paths: Sequence[Path]) -> str:
        """Return how many files it accepts. Raises CheckFailed or CheckSkipped."""
        if not self.is_installed:
            reason = f"{self.program} is not installed"
            raise CheckSkipped(reason, f"apt-get install {self.package}")
        return require_none(self.diagnostics(paths), count(len(paths), "file"))

    def _run(self, path: Path) -> list[Diagnostic]:
        command = [self.program, *self.subcommand, str(path)]
        name = " ".join(command[:-1])
        try:
            done = subprocess.run(
                command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False
            )
        except subprocess.TimeoutExpired:
            problem = f"{name} did not end within {TIMEOUT_S} s"
            return [Diagnostic(FilePlace(path), problem, "run it by hand")]
        except OSError as error:
            problem = f"{name} can't be run: {error.strerror}"
            return [Diagnostic(FilePlace(path), problem, f"install the package {self.package}")]
        if done.returncode == 0:
            return []
        output = " ".join(_NOISE.sub("", f"{done.stdout}\n{done.stderr}").split())
        line = _LINE.search(output)
        place = (int(line[1]), 1) if line else (0, 0)
        return [Diagnostic(FilePlace(path, *place), f"{name} rejects it: {output}")]


PROMTOOL_CONFIG = Tool("promtool", "prometheus", ("check", "config"))
PROMTOOL_RULES = Tool("promtool", "prometheus", ("check", "rules"))
PROMTOOL_TESTS = Tool("promtool", "prometheus", ("test", "rules"))
AMTOOL_CONFIG = Tool("amtool", "prometheus-alertmanager", ("check-config",))

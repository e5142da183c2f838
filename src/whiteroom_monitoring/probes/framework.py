"""The framework of `verify`: a check is a function that returns what it saw, or raises."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass

from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.errors import MonitoringError
from whiteroom_monitoring.report import Check, State


class Mismatch(Exception):  # noqa: N818 - it is a finding, not an error of the program
    """What was seen is not what was expected; the text says what was seen."""


class Skip(Exception):  # noqa: N818 - as above
    """The check does not apply; the text says why."""


@dataclass(frozen=True)
class Stack:
    """The running stack that is verified. ``components`` are the names of those that it has."""

    layout: StackPaths
    prometheus: PrometheusClient
    components: Collection[str]

    def require(self, component: str) -> None:
        """Skip the check when the stack was started without ``component``."""
        if component not in self.components:
            raise Skip(f"the stack runs without {component}")

    def value(self, expression: str) -> float:
        """Return the one value of ``expression``. Raises Mismatch when there is none."""
        value = self.prometheus.value(expression)
        if value is None:
            raise Mismatch(f"no sample of {expression}")
        return value


@dataclass(frozen=True)
class Definition:
    """A check before it has run."""

    id: str
    area: str
    expected: str
    see: Callable[[Stack], str]

    def run(self, stack: Stack) -> Check:
        """Run the check and report it; an error of a component is a failure, not a crash."""
        start = time.monotonic()
        state, seen = self._outcome(stack)
        elapsed = round(time.monotonic() - start, 3)
        return Check(self.id, self.area, state, seen, self.expected, elapsed)

    def _outcome(self, stack: Stack) -> tuple[State, str]:
        try:
            return "ok", self.see(stack)
        except Skip as reason:
            return "skipped", str(reason)
        except (Mismatch, MonitoringError, OSError) as problem:
            return "failed", str(problem)
        except (KeyError, IndexError, TypeError, ValueError) as problem:
            return "failed", f"an answer has an unexpected form: {type(problem).__name__} {problem}"


DEFINITIONS: list[Definition] = []


def check(id: str, area: str, expected: str) -> Callable[[Callable[[Stack], str]], None]:
    """Register a check. Its function returns what it saw, or raises Mismatch or Skip."""

    def register(see: Callable[[Stack], str]) -> None:
        DEFINITIONS.append(Definition(id, area, expected, see))

    return register

"""The running stack that `whiteroom verify` looks at, and what makes a probe of a function."""

from __future__ import annotations

import functools
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass

from whiteroom_monitoring.datasources.prometheus import PrometheusClient
from whiteroom_monitoring.deploy.paths import StackPaths
from whiteroom_monitoring.diagnostics import (
    Check,
    CheckFailed,
    CheckSkipped,
    Diagnostic,
    Thing,
    check,
)
from whiteroom_monitoring.project.model import Project


@dataclass(frozen=True)
class Stack:
    """The running stack.

    ``components`` are the names of those that it has, ``jobs`` the intervals in seconds at which
    Prometheus should scrape them and the project's programs, by the name of the job; None is the
    interval of all jobs.
    """

    paths: StackPaths
    prometheus: PrometheusClient
    components: Collection[str]
    jobs: Mapping[str, int | None]
    project: Project

    def require(self, component: str) -> None:
        """Raise CheckSkipped when the stack was started without ``component``."""
        if component not in self.components:
            raise CheckSkipped(f"the stack runs without {component}")

    def require_job(self, job: str) -> None:
        """Raise CheckSkipped when the stack scrapes no ``job``."""
        if job not in self.jobs:
            raise CheckSkipped(f"the stack runs without {job}")

    def value(self, expression: str) -> float:
        """Return the one value of ``expression``. Raises CheckFailed when there is none."""
        value = self.prometheus.value(expression)
        if value is None:
            raise CheckFailed(f"no sample of {expression}")
        return value


def probe(id: str, area: str, expected: str) -> Callable[[Callable[[Stack], str]], Check[Stack]]:
    """Make a check of a function that looks at the stack and returns what it saw.

    The function raises CheckFailed or CheckSkipped. An answer of another form than expected is a
    failure of the check, too: a component is what is probed.
    """

    def decorate(look: Callable[[Stack], str]) -> Check[Stack]:
        @functools.wraps(look)
        def run(stack: Stack) -> str:
            try:
                return look(stack)
            except (KeyError, IndexError, TypeError, ValueError) as error:
                text = f"an answer has an unexpected form: {type(error).__name__} {error}"
                raise CheckFailed(text) from error

        return check(id, area, expected)(run)

    return decorate


def failure(kind: str, problems: Iterable[tuple[str, str]], remedy: str = "") -> CheckFailed:
    """Return the failure of things of one kind, such as targets, each with its problem."""
    pairs = list(problems)
    return CheckFailed(
        ", ".join(f"{name} {problem}" for name, problem in pairs),
        [Diagnostic(Thing(kind, name), problem, remedy) for name, problem in pairs],
        remedy,
    )

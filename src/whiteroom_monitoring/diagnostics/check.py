"""Checks: what each expects, how it is made, and what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Generic, Literal, TypeVar

from whiteroom_monitoring.diagnostics.diagnostic import Diagnostic, DiagnosticsError
from whiteroom_monitoring.errors import MonitoringError

State = Literal["ok", "failed", "skipped"]
Subject = TypeVar("Subject")


class CheckFailed(Exception):  # noqa: N818 - a finding, not an error of the program
    """What was seen is not what the check expects; ``diagnostics`` say where, and what to do."""

    def __init__(self, seen: str, diagnostics: Iterable[Diagnostic] = (), remedy: str = "") -> None:
        super().__init__(seen)
        self.diagnostics = tuple(diagnostics)
        self.remedy = remedy


class CheckSkipped(Exception):  # noqa: N818 - as above
    """The check can't be made or does not apply; the text says why, ``remedy`` what to do."""

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(reason)
        self.remedy = remedy


@dataclass(frozen=True)
class CheckResult:
    """What a check saw; of a skipped one, why. ``seconds`` is how long it took."""

    id: str
    area: str
    state: State
    seen: str
    expected: str
    diagnostics: tuple[Diagnostic, ...]
    remedy: str
    seconds: float


@dataclass(frozen=True)
class Check(Generic[Subject]):
    """A check of a subject, such as a workspace or a running stack.

    ``run`` returns what it saw, or raises CheckFailed or CheckSkipped. A check with ``programs``
    runs others: it is started first, and the others are made meanwhile.
    """

    id: str
    area: str
    expected: str
    run: Callable[[Subject], str]
    programs: bool = False

    @property
    def name(self) -> str:
        """The check's id as a Python name: that of its function, and of its file."""
        return self.id.replace("-", "_").replace(".", "_")

    def result(self, subject: Subject) -> CheckResult:
        """Make the check. An error of what is looked at is a failure, not a crash."""
        start = time.monotonic()
        state, seen, diagnostics, remedy = self._outcome(subject)
        seconds = round(time.monotonic() - start, 3)
        return CheckResult(
            self.id, self.area, state, seen, self.expected, diagnostics, remedy, seconds
        )

    def _outcome(self, subject: Subject) -> tuple[State, str, tuple[Diagnostic, ...], str]:
        try:
            return "ok", self.run(subject), (), ""
        except CheckSkipped as skipped:
            return "skipped", str(skipped), (), skipped.remedy
        except CheckFailed as failed:
            return "failed", str(failed), failed.diagnostics, failed.remedy
        except DiagnosticsError as error:
            return "failed", count(len(error.diagnostics), "diagnostic"), error.diagnostics, ""
        except (MonitoringError, OSError) as error:
            return "failed", str(error), (), ""


def check(
    id: str, area: str, expected: str, *, programs: bool = False
) -> Callable[[Callable[[Subject], str]], Check[Subject]]:
    """Make a check of the decorated function, which has the name of the check's id."""

    def decorate(run: Callable[[Subject], str]) -> Check[Subject]:
        return Check(id, area, expected, run, programs)

    return decorate


def require_none(diagnostics: Iterable[Diagnostic], seen: str) -> str:
    """Return ``seen`` when there are no diagnostics. Raises CheckFailed with them."""
    findings = tuple(diagnostics)
    if findings:
        raise CheckFailed(seen, findings)
    return seen


def succeeded(results: Iterable[CheckResult]) -> bool:
    """Return whether no check failed; a skipped one says why and fails nothing."""
    return all(result.state != "failed" for result in results)


def count(number: int, noun: str) -> str:
    """Return the number with its noun.

    >>> count(1, "rule"), count(2, "rule")
    ('1 rule', '2 rules')
    """
    return f"{number} {noun}{'' if number == 1 else 's'}"

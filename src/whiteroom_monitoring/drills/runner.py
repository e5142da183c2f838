"""Runs scenarios in a copy of the stack, one after the other, each until its pages are resolved."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.drills import evidence, rules
from whiteroom_monitoring.drills.evidence import Context, Verdict
from whiteroom_monitoring.drills.observation import Observation, Observer, active
from whiteroom_monitoring.drills.scaling import SHORTEST_SCRAPE_S
from whiteroom_monitoring.drills.scenario import Scenario, Settings
from whiteroom_monitoring.drills.stack import DrillStack
from whiteroom_monitoring.errors import MonitoringError

_POLL_S = 0.25
# How long what fires at the start may go on before it is held down: at first there are no metrics.
_QUIET_WITHIN_S = 20.0
_EVALUATIONS = 4


class AlreadyActiveError(MonitoringError):
    """An alert that the fault is to cause was there before it."""


@dataclass(frozen=True)
class RunResult:
    """What one scenario showed.

    ``held`` are alerts that were held down because the machine or the start makes them fire,
    ``loud`` those that fired and should not have, ``strangers`` messages of nothing known.
    ``error`` says why the run came to no end; ``skipped`` why it was not begun.
    """

    scenario: Scenario
    begun: float
    mended: float
    ended: float
    verdicts: tuple[Verdict, ...] = ()
    loud: tuple[str, ...] = ()
    strangers: tuple[str, ...] = ()
    held: tuple[str, ...] = ()
    error: str = ""
    skipped: str = ""

    @property
    def ok(self) -> bool:
        """Whether everything was as expected, and nothing else happened."""
        wrong = self.error or self.loud or self.strangers or self.skipped
        return not wrong and all(verdict.ok for verdict in self.verdicts)


class Runner:
    """Runs scenarios in one stack that runs. ``known_alerts`` are the names of all alerts.

    With ``ends_early`` a run in which a page is missing does not wait for resolutions.
    """

    def __init__(
        self,
        stack: DrillStack,
        settings: Settings,
        known_alerts: Collection[str],
        progress: Progress,
        *,
        ends_early: bool = False,
    ) -> None:
        self._stack = stack
        self._ends_early = ends_early
        self._settings = settings
        self._held: set[str] = set()
        self._known = frozenset(known_alerts)
        self._watchdog = stack.project.alerts.watchdog
        self._progress = progress

    def run(self, scenario: Scenario) -> RunResult:
        """Run a scenario. What can't be caused or mended is a result, too."""
        now = time.time()
        missing = [name for name in scenario.needs if name not in self._stack.components]
        if missing:
            reason = f"this stack has no {', '.join(missing)}"
            return RunResult(scenario, now, now, now, skipped=reason)
        try:
            return self._run(scenario)
        except (MonitoringError, OSError) as error:
            return RunResult(scenario, now, now, time.time(), error=str(error))

    def _run(self, scenario: Scenario) -> RunResult:
        self._say(scenario, "waiting until nothing fires")
        held_alerts = self.hold(scenario)
        console = self._stack.paths.url("console")
        annotations = frozenset(self._stack.project.alerts.annotations)
        context = Context(self._settings, console, self._watchdog, held_alerts, annotations)
        with Observer(self._stack) as observer:
            begun = time.time()
            with self.harmed(scenario, held_alerts):
                self._say(scenario, "waiting for the pages")
                paged = self._wait(
                    scenario.within_s, lambda: self._paged(scenario, observer, context)
                )
            mended = time.time()
            if paged or not self._ends_early:
                self._say(scenario, "waiting for the resolutions")
                self._wait(scenario.within_s, lambda: self._over(scenario, observer, context))
            observation = observer.seen()
        loud, strangers = evidence.unexpected(scenario, observation, context)
        result = RunResult(
            scenario,
            begun,
            mended,
            time.time(),
            tuple(evidence.judge(scenario, observation, context)),
            tuple(sorted(loud)),
            tuple(strangers),
            tuple(sorted(held_alerts)),
        )
        self._say(scenario, "proven" if result.ok else "not proven")
        return result

    def _say(self, scenario: Scenario, text: str) -> None:
        self._progress.step(f"{scenario.name}: {text}")

    def hold(self, scenario: Scenario) -> frozenset[str]:
        """Put the scenario's rules in force, without those alerts that fire for another reason."""
        expected = {alert.name for alert in scenario.alerts}
        declared = expected | {*scenario.may_fire, self._watchdog}
        machine = {name for name in self._settings.machine if name in self._known}
        held_alerts = (machine | self._held) - declared
        self._put_rules(scenario, held_alerts)
        self._wait(_QUIET_WITHIN_S, lambda: not self._noisy(declared | held_alerts))
        if noisy := self._noisy(declared | held_alerts):
            # What goes on firing is not this fault's, in the scenarios that follow, too.
            self._held |= noisy
            held_alerts |= noisy
            self._put_rules(scenario, held_alerts)
        if not self._wait(_QUIET_WITHIN_S, lambda: not expected & active(self._stack).keys()):
            names = ", ".join(sorted(expected & active(self._stack).keys()))
            raise AlreadyActiveError(f"{names}: active before the fault, which proves nothing")
        return frozenset(held_alerts)

    def _noisy(self, declared: Collection[str]) -> set[str]:
        return active(self._stack).keys() - set(declared)

    def _put_rules(
        self, scenario: Scenario, held: Collection[str], has_begun: bool = False
    ) -> None:
        files = rules.changed(self._stack.rule_files(), scenario.overridden, held)
        self._stack.put_rules_in_force({**files, rules.FAULT_FILE: rules.fault(has_begun)})
        # A rule that has changed is active from its second evaluation on.
        time.sleep(_EVALUATIONS * SHORTEST_SCRAPE_S)

    @contextlib.contextmanager
    def harmed(self, scenario: Scenario, held: Collection[str]) -> Iterator[None]:
        """Let the faults of a scenario last, while ``held`` are the alerts that are held down."""
        with contextlib.ExitStack() as begun:
            for fault in scenario.faults:
                begun.enter_context(fault.during(self._stack))
            if scenario.overridden:
                begun.callback(self._put_rules, scenario, held)
                self._put_rules(scenario, held, has_begun=True)
            yield

    def _paged(self, scenario: Scenario, observer: Observer, context: Context) -> bool:
        return self._complete(scenario, observer.seen(), context, "firing")

    def _over(self, scenario: Scenario, observer: Observer, context: Context) -> bool:
        return self._complete(scenario, observer.seen(), context, "resolved")

    def _complete(
        self, scenario: Scenario, observation: Observation, context: Context, state: str
    ) -> bool:
        verdicts = evidence.judge(scenario, observation, context)
        if state == "firing":
            return all(v.completed_at(state) is not None for v in verdicts)
        # What has never fired has nothing to resolve.
        return all(
            v.seen is None
            or not v.alert.ends
            or (v.completed_at(state) is not None and v.seen.ended is not None)
            for v in verdicts
        )

    def _wait(self, within_s: float, condition: Callable[[], bool]) -> bool:
        """Return whether the condition held within the time."""
        deadline = time.monotonic() + within_s
        while not (holds := condition()) and time.monotonic() < deadline:
            time.sleep(_POLL_S)
        return holds

"""Drills a copy with a break in it: the break is caught when a drill fails that passes without it.

One copy judges many breaks. Before a scenario judges any, it has to pass, and again after the last
one; a break is given little more time than it took then.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import msgspec

from whiteroom_monitoring.deploy.configuration.reload import ReloadError
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.drills.campaign import Campaign
from whiteroom_monitoring.drills.runner import Runner, RunResult
from whiteroom_monitoring.drills.scenario import Scenario
from whiteroom_monitoring.drills.score import covering
from whiteroom_monitoring.drills.score.covering import UndecidedError
from whiteroom_monitoring.drills.score.model import Break
from whiteroom_monitoring.drills.stack import DrillStack

# caught: a drill fails. invalid: the configuration is refused. undecided: the drill does not pass
# without the break either. equivalent: no drill can notice it, for the reason that is written down.
Verdict = Literal["caught", "survived", "invalid", "undecided", "equivalent"]
# How much longer than without the break, and how many seconds on top, a page may take.
_PATIENCE, _MORE_S = 2.0, 8.0
# The same without the break, of what the proof says: the machine may have more to do by now.
_OF_PROOF, _MORE_THAN_PROOF_S = 3.0, 20.0
_ATTEMPTS = 2
# So many breaks are confirmed by one more drill without any.
_AT_ONCE = 4


@dataclass(frozen=True)
class BreakResult:
    """A break and what came of it: ``reason`` is what the drill of ``scenario`` saw."""

    broken: Break
    verdict: Verdict
    scenario: str = ""
    reason: str = ""
    seconds: float = 0.0

    @property
    def kind(self) -> str:
        """The kind of the break."""
        return self.broken.kind

    def __str__(self) -> str:
        return str(self.broken)

    def survivor(self) -> dict[str, Any]:
        """Return the break as an object of schemas/mutate.schema.json."""
        one = self.broken
        return {
            "path": one.file,
            "line": 0,
            "column": 0,
            "subject": one.subject,
            "kind": one.kind,
            "old": one.old,
            "new": one.new,
            "drilled": self.scenario,
        }


class Judge:
    """Judges breaks in ``stack``, which runs; ``scenarios_of`` says which drills may show one."""

    def __init__(
        self,
        stack: DrillStack,
        campaign: Campaign,
        scenarios_of: Callable[[Break], Sequence[Scenario]],
        progress: Progress,
    ) -> None:
        self._stack = stack
        self._campaign = campaign
        self._scenarios_of = scenarios_of
        self._proven_s: dict[str, float] = {}
        for _, _, proof in campaign.standings.alerts:
            if proof is not None:
                self._proven_s[proof.alert] = max(proof.seconds, self._proven_s.get(proof.alert, 0))
        self._progress = progress
        self._known = {rule.name for rule in campaign.alerts}
        # Of each scenario the seconds until its pages were there, or None: it does not pass.
        self._paged_s: dict[str, float | None] = {}

    def results(self, breaks: Sequence[Break]) -> Iterator[BreakResult]:
        """Yield the result of each break, those together that the same scenario shows first."""
        drills = {one.id: [*self._scenarios_of(one)] for one in breaks}

        def first(one: Break) -> str:
            return drills[one.id][0].name if drills[one.id] and not one.cover else ""

        for name, group in itertools.groupby(sorted(breaks, key=first), first):
            results = (self._result(one, drills[one.id]) for one in group)
            if not name:
                yield from results
            # What is not confirmed yet is lost when a run is interrupted.
            while part := [*itertools.islice(results, _AT_ONCE)]:
                yield from self._confirmed(part, name)

    def _confirmed(self, results: Sequence[BreakResult], name: str) -> Sequence[BreakResult]:
        """Return results of which a scenario has judged some, if it still passes without a break.

        Whatever has changed meanwhile may have failed it with one.
        """
        if not any(r.verdict == "caught" and r.scenario == name for r in results):
            return results
        scenario = next(s for s in self._campaign.written.scenarios if s.name == name)
        if self._passes(scenario):
            return results
        return [_undecided(r) if r.scenario == name else r for r in results]

    def _result(self, one: Break, scenarios: Sequence[Scenario]) -> BreakResult:
        begun = time.monotonic()
        self._progress.step(f"{one.id}")
        result = self._of_cover(one) if one.cover else self._of_scenarios(one, scenarios)
        return replace(result, seconds=round(time.monotonic() - begun, 1))

    def _of_scenarios(self, one: Break, scenarios: Sequence[Scenario]) -> BreakResult:
        passing = [s for s in scenarios if self._time_of(s) is not None]
        if not passing:
            names = ", ".join(s.name for s in scenarios) or "no scenario"
            return BreakResult(one, "undecided", names, "it does not pass without the break")
        try:
            self._stack.put_in_force(one.files(self._stack.written))
            for scenario in passing:
                run = self._run(scenario, self._time_of(scenario))
                if not run.ok:
                    return BreakResult(one, "caught", scenario.name, why(run))
        except ReloadError as error:
            return BreakResult(one, "invalid", reason=str(error))
        finally:
            self._stack.put_in_force(self._stack.written)
        return BreakResult(one, "survived", ", ".join(s.name for s in passing))

    def _of_cover(self, one: Break) -> BreakResult:
        assert one.cover is not None
        name = f"{one.cover.covering} and {one.cover.covered}"
        try:
            if text := covering.problem(self._stack, one.cover, self._known):
                return BreakResult(one, "undecided", name, text)
            self._stack.put_in_force(one.files(self._stack.written))
            text = covering.problem(self._stack, one.cover, self._known)
            return BreakResult(one, "caught" if text else "survived", name, text)
        except UndecidedError as error:
            return BreakResult(one, "undecided", name, str(error))
        finally:
            self._stack.put_in_force(self._stack.written)

    def _time_of(self, scenario: Scenario) -> float | None:
        """Return the seconds that a scenario's pages take without a break, None if it fails."""
        if scenario.name not in self._paged_s:
            self._passes(scenario)
        return self._paged_s[scenario.name]

    def _passes(self, scenario: Scenario) -> bool:
        for _ in range(_ATTEMPTS):
            run = self._run(scenario, None)
            if run.ok:
                times = [v.completed_at("firing") or run.mended for v in run.verdicts]
                self._paged_s[scenario.name] = max(times) - run.begun
                return True
            self._progress.step(f"{scenario.name} fails without a break: {why(run)}")
        self._paged_s[scenario.name] = None
        return False

    def _run(self, scenario: Scenario, paged_s: float | None) -> RunResult:
        limit = _PATIENCE * paged_s + _MORE_S if paged_s is not None else self._usual(scenario)
        shorter = msgspec.structs.replace(scenario, within_s=min(scenario.within_s, limit))
        settings = self._campaign.written.settings
        # A new one each time: what fires because of a break is held down in no other run.
        quiet = Progress(quiet=True)
        return Runner(self._stack, settings, self._known, quiet, ends_early=True).run(shorter)

    def _usual(self, scenario: Scenario) -> float:
        """Return how long a scenario's pages may take without a break, in seconds."""
        proven = [self._proven_s.get(alert.name) for alert in scenario.alerts]
        times = [seconds for seconds in proven if seconds is not None]
        return _OF_PROOF * max(times) + _MORE_THAN_PROOF_S if times else scenario.within_s


def _undecided(result: BreakResult) -> BreakResult:
    reason = f"{result.scenario} does not pass afterwards either"
    return replace(result, verdict="undecided", reason=reason)


def why(run: RunResult) -> str:
    """Return the first thing that was not as expected in a run."""
    if run.error or run.skipped:
        return run.error or run.skipped
    problems = [
        f"{verdict.alert.title}: {text}"
        for verdict in run.verdicts
        for text in (*verdict.faults, *(f for d in verdict.deliveries for f in d.faults))
    ]
    problems += [f"{name} fired" for name in run.loud]
    problems += [f"a message of nothing known: {text}" for text in run.strangers]
    return problems[0] if problems else ""


def order(results: Sequence[BreakResult], breaks: Sequence[Break]) -> list[BreakResult]:
    """Return the results in the order of the breaks."""
    by_id: Mapping[str, BreakResult] = {result.broken.id: result for result in results}
    return [by_id[one.id] for one in breaks if one.id in by_id]

"""Drills of a project: what is read once before they begin, and what is noted after each."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from whiteroom_monitoring.catalogue.suggestions import did_you_mean
from whiteroom_monitoring.deploy import registry
from whiteroom_monitoring.deploy.progress import Progress
from whiteroom_monitoring.drills import scenario
from whiteroom_monitoring.drills.runner import Runner, RunResult
from whiteroom_monitoring.drills.scenario import Scenario, ScenarioSet
from whiteroom_monitoring.drills.stack import DrillStack, Request
from whiteroom_monitoring.errors import UsageError
from whiteroom_monitoring.project.model import Project
from whiteroom_monitoring.promql import rule_files
from whiteroom_monitoring.promql.rule_files import Rule
from whiteroom_monitoring.proofs import ledger
from whiteroom_monitoring.proofs.ledger import Proof, Standings


@dataclass(frozen=True)
class Campaign:
    """A project's alerts, scenarios and standings, as they were before the copy was made.

    What changes in the files while drills run is not what they prove.
    """

    project: Project
    alerts: Sequence[Rule]
    written: ScenarioSet
    standings: Standings

    def chosen(self, scenarios: Sequence[str], alerts: Sequence[str]) -> list[Scenario]:
        """Return the scenarios of these names, else those of the alerts, else all.

        Alerts without a scenario get one in which their thresholds are overridden. Raises
        UsageError for a name that does not exist.
        """
        by_name = {scenario.name: scenario for scenario in self.written.scenarios}
        _require_known("--scenario ", scenarios, by_name)
        if scenarios:
            return [by_name[name] for name in scenarios]
        names = dict.fromkeys(rule.name for rule in self.alerts)
        names.pop(self.project.alerts.watchdog, None)
        _require_known("", alerts, names)
        requested = alerts or list(names)
        missing = [name for name in names if name in requested and name not in self.written.alerts]
        return [*self.written.of(requested), *map(self._fallback, missing)]

    def _fallback(self, name: str) -> Scenario:
        return scenario.fallback(name, [r.labels for r in self.alerts if r.name == name])

    def run(
        self, request: Request, scenarios: Sequence[Scenario], progress: Progress
    ) -> Iterator[RunResult]:
        """Yield the result of each scenario, in one copy of the stack."""
        known = {rule.name for rule in self.alerts}
        with DrillStack(request, progress) as stack:
            for sentence in stack.lost:
                progress.step(sentence)
            runner = Runner(stack, self.written.settings, known, progress)
            for chosen in scenarios:
                yield runner.run(chosen)

    def note(self, run: RunResult, factor: float) -> None:
        """Note what a run proved beside the scenarios, where the project has that folder."""
        folder = self.project.files.drills
        if folder.is_dir() and os.access(folder, os.W_OK):
            names = {key: rule.name for rule, key, _ in self.standings.alerts}
            ledger.add(folder, self.proofs(run, factor), names)

    def proofs(self, run: RunResult, factor: float) -> list[Proof]:
        """Return what a run proved of the rules as they were before it."""
        keys = {ledger.rule_place(rule): key for rule, key, _ in self.standings.alerts}
        when = datetime.now(UTC).replace(microsecond=0)
        return [
            Proof(
                verdict.alert.name,
                keys[verdict.seen.rule],
                when,
                round((verdict.completed_at("firing") or run.begun) - run.begun, 1),
                factor,
                verdict.alert.name not in run.scenario.overridden,
            )
            for verdict in run.verdicts
            if verdict.ok and verdict.seen is not None and verdict.seen.rule in keys
        ]


def read(project: Project) -> Campaign:
    """Return what drills of a project need. Raises DiagnosticsError."""
    rules = rule_files.read(sorted(project.files.rules.glob("*.y*ml")))
    written = scenario.read(project.files.drills)
    components = [component.name for component in registry.load(project)]
    alerts = {rule.name for rule in rules.alerts}
    scenario.require_known(project.files.drills, written, alerts, components)
    return Campaign(project, rules.alerts, written, ledger.standings(project, rules))


def _require_known(option: str, requested: Iterable[str], known: Iterable[str]) -> None:
    names = list(known)
    for name in requested:
        if name not in names:
            remedy = did_you_mean(name, names) or f"expected one of {', '.join(sorted(names))}"
            raise UsageError(f"{option}{name}: {remedy}")

"""Which breaks there are, which of them a seed chooses, and which drills each of them is put to."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.drills.campaign import Campaign
from whiteroom_monitoring.drills.scenario import Scenario
from whiteroom_monitoring.drills.score import delivery_breaks, rule_breaks, scrape_breaks
from whiteroom_monitoring.drills.score.model import (
    ALERTMANAGER,
    KINDS,
    PROMETHEUS,
    TEMPLATES,
    Break,
    ConfigFiles,
)
from whiteroom_monitoring.mutation.sampling import sample
from whiteroom_monitoring.pager_path import NAME as PAGER_PATH
from whiteroom_monitoring.promql import rule_files
from whiteroom_monitoring.promql.rule_files import Rule
from whiteroom_monitoring.proofs.digest import DeliveryPath, digest

_EQUIVALENTS = Path(__file__).with_name("equivalents.toml")
# A drill that takes longer is no way to judge many breaks.
LONGEST_S = 60.0
_UNKNOWN_S = 30.0


class Selection:
    """The breaks of a project's configuration ``written``, and the scenarios that show each.

    ``components`` are those that the copy has.
    """

    def __init__(
        self, campaign: Campaign, written: ConfigFiles, components: Collection[str]
    ) -> None:
        self._campaign = campaign
        self._written = written
        self._rules = rule_files.read(sorted(campaign.project.files.rules.glob("*.y*ml")))
        self._scenarios = sorted(
            (
                scenario
                for scenario in campaign.written.scenarios
                if self._cost(scenario) <= LONGEST_S and set(scenario.needs) <= set(components)
            ),
            key=self._cost,
        )
        self._alerts = [rule for rule in self._rules.alerts if self._is_drilled(rule)]
        self._digests = self._digests_with(written)

    def breaks(self) -> list[Break]:
        """Return every break that a drill could notice, each that changes something once."""
        numbers: Counter[str] = Counter()
        result = []
        for one in self._all():
            if self._can_be_shown(one) and one.files(self._written) != self._written:
                result.append(replace(one, number=numbers[one.id]))
                numbers[one.id] += 1
        return result

    def _can_be_shown(self, one: Break) -> bool:
        """Return whether the copy has the file, and some scenario expects what a break touches."""
        return one.file in self._written and (not one.alerts or bool(self.scenarios(one)))

    def _all(self) -> Iterator[Break]:
        routes = plain_yaml.load(self._written[ALERTMANAGER])
        jobs = plain_yaml.load(self._written[PROMETHEUS])
        recordings = {rule.name: rule for rule in self._rules.recordings}
        watchdog = self._campaign.project.alerts.watchdog
        overridden = {name for s in self._campaign.written.scenarios for name in s.overridden}
        ignored = _ignored_receivers(routes, watchdog)
        yield from rule_breaks.breaks(self._alerts, overridden)
        yield from delivery_breaks.of_inhibition(
            [*dict.fromkeys(rule.name for rule in self._alerts)], watchdog
        )
        yield from delivery_breaks.of_routes(routes, ignored)
        for name, text in self._written.items():
            if name.startswith(TEMPLATES):
                yield from delivery_breaks.of_template(name, text)
        yield from delivery_breaks.of_receivers(routes, ignored)
        yield from scrape_breaks.of_metrics(self._alerts, recordings)
        yield from scrape_breaks.of_exporters(jobs, self._alerts, recordings)

    def _is_drilled(self, rule: Rule) -> bool:
        return any(_expects(s, rule.name, rule.labels) for s in self._scenarios)

    def _cost(self, scenario: Scenario) -> float:
        """Return how long its pages took when it was last proven, in seconds."""
        names = {alert.name for alert in scenario.alerts}
        seconds = [
            p.seconds for _, _, p in self._campaign.standings.alerts if p and p.alert in names
        ]
        return max(seconds, default=_UNKNOWN_S)

    def scenarios(self, one: Break) -> list[Scenario]:
        """Return the scenarios that may show a break, the quickest first.

        Of those with the same pages, one stands for the others where the delivery is broken.
        """
        names = one.alerts or self._touched(one)
        chosen = [s for s in self._scenarios if any(_expects(s, n, one.labels) for n in names)]
        if one.alerts:
            return chosen
        by_pages: dict[frozenset[str], Scenario] = {}
        for scenario in chosen:
            by_pages.setdefault(_pages(scenario), scenario)
        # One with several channels shows most.
        return sorted(by_pages.values(), key=lambda s: -len(_pages(s)))

    def _touched(self, one: Break) -> list[str]:
        """Return the alerts whose way to a pager is another one with the break."""
        if one.is_text:
            return [rule.name for rule in self._alerts]
        changed = self._digests_with(one.files(self._written))
        return [
            rule.name
            for rule, before, after in zip(self._alerts, self._digests, changed, strict=True)
            if before != after
        ]

    def _digests_with(self, files: ConfigFiles) -> list[str]:
        path = DeliveryPath(self._rules, plain_yaml.load(files[ALERTMANAGER]), {}, {})
        return [digest(rule, path) for rule in self._alerts]


def _ignored_receivers(routes: Mapping[str, Any], watchdog: str) -> set[str]:
    """Return the receivers that no scenario's page reaches: the path's, and the Watchdog's."""
    children = routes["route"].get("routes") or []
    of_watchdog = {
        route["receiver"]
        for route in children
        if any(watchdog in text for text in route.get("matchers") or [])
    }
    unused = {r["name"] for r in routes["receivers"]} - {route["receiver"] for route in children}
    return {PAGER_PATH} | of_watchdog | unused


def _expects(scenario: Scenario, name: str, labels: Mapping[str, str]) -> bool:
    """Return whether a scenario expects an alert of the name that may have the labels."""
    return any(
        alert.name == name and all(labels.get(k, v) == v for k, v in alert.labels.items())
        for alert in scenario.alerts
    )


def _pages(scenario: Scenario) -> frozenset[str]:
    return frozenset(page for alert in scenario.alerts for page in alert.pages)


def sampled(breaks: Sequence[Break], size: int, seed: int) -> list[Break]:
    """Return ``size`` breaks, of each kind as many, the same ones for the same seed."""
    by_kind = {kind: [one for one in breaks if one.kind == kind] for kind in KINDS}
    present = [kind for kind in KINDS if by_kind[kind]]
    chosen: list[Break] = []
    for index, kind in enumerate(present):
        share = (size - len(chosen)) / (len(present) - index)
        chosen += sample(by_kind[kind], round(share), seed)
    return chosen


def equivalents() -> dict[str, str]:
    """Return the breaks that no drill can notice, by their ids, each with the reason."""
    content: dict[str, str] = tomllib.loads(_EQUIVALENTS.read_text(encoding="utf-8"))
    return content


def named(breaks: Iterable[Break], kinds: Collection[str], texts: Collection[str]) -> list[Break]:
    """Return the breaks of the kinds whose ids have one of the texts; none chooses all."""
    return [
        one
        for one in breaks
        if (not kinds or one.kind in kinds) and (not texts or any(t in one.id for t in texts))
    ]

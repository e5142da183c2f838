"""The series of the store of `benchmarks.console`: what a studio of many machines has.

Our catalogue, the vocabularies of the exporters, our prometheus.yml and our rules say which. On
every machine run an engine (800 series), a front end, an agent and the exporters of machine and
containers: 1,600 together. Three servers have the backend, one of them all else of our stack. Three
fifths of the store are that, so that 50,000 series are those of sixteen engines, over all of which
every panel sums; the others are those of programs that our dashboards don't show. Recorded series
and alerts are there, too, as made up as all values.
"""

from __future__ import annotations

import itertools
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import yaml

from benchmarks import console_values as values
from benchmarks.console_blocks import Pairs, Series
from benchmarks.console_families import Labels, made, of_target, some
from whiteroom_monitoring.resources import share

# What the small dashboard of twelve panels shows.
PANELS, LINES = 12, 5
OUR_SHARE = 0.6
SERVERS, MOST_MACHINES = 3, 16
# How often most of what we have is scraped, and most rules are evaluated.
_STEP_S = 10
ON_SERVERS = ("business-metrics", "nginx", "node-exporter", "cadvisor")
ON_MACHINES = ("juce-backend", "swift-frontend", "node-exporter", "cadvisor", "whiteroom-agent")


def series(count: int) -> list[Series]:
    """Return ``count`` series, sorted by their labels."""
    rules = list(_rules())
    ours = itertools.chain(_drawn(), _recorded(rules), _alerts(rules), _servers(), _machines())
    distinct: dict[Pairs, Series] = {}
    for item in itertools.chain(itertools.islice(ours, int(count * OUR_SHARE)), _others()):
        # What two rules have in common is there once.
        distinct.setdefault(item.labels, item)
        if len(distinct) == count:
            break
    return sorted(distinct.values(), key=lambda item: item.labels)


def _drawn() -> Iterator[Series]:
    for panel, line in itertools.product(range(PANELS), range(LINES)):
        yield made("drawn", {"panel": str(panel), "line": str(line)}, f"ratio {line}")


def _rules() -> Iterator[Mapping[str, Any]]:
    for path in sorted(share("infrastructure/monitoring/prometheus/rules").glob("*.yml")):
        for group in yaml.safe_load(path.read_text())["groups"]:
            for rule in group["rules"]:
                yield {**rule, "every": int(group.get("interval", f"{_STEP_S}s")[:-1]) // _STEP_S}


def _targets() -> Iterator[Labels]:
    """Yield the labels of each target that our Prometheus scrapes on a machine."""
    path = share("infrastructure/monitoring/prometheus/prometheus.yml")
    for job in yaml.safe_load(path.read_text())["scrape_configs"]:
        for target in job["static_configs"]:
            port = target["targets"][0].rpartition(":")[2]
            yield {"job": job["job_name"], "instance": port, **target["labels"]}


def _recorded(rules: Iterable[Mapping[str, Any]]) -> Iterator[Series]:
    """Yield the recorded series. A name's part before its first colon lists the labels it keeps."""
    for rule in rules:
        name = rule.get("record", "")
        level = name.partition(":")[0].split("_") if name else ()
        kept = [label for label in level if label not in ("job", "instance", "objective")]
        for labels in some(kept) if name else ():
            for place in _places(rule["expr"], "instance" in level):
                course = zlib.crc32(repr((name, labels, place)).encode())
                more = {**labels, **place, **rule.get("labels", {})}
                seldom = name.startswith("instance_function_code")
                called = values.rare(course) if seldom else values.named(name, "gauge", course)
                yield replace(made(name, more, called), every=rule["every"])


def _places(expression: str, everywhere: bool) -> Iterator[Labels]:
    named = re.search(r'job="([\w-]+)"', expression)
    job = named[1] if named else "node-exporter"
    ports = {target["job"]: target["instance"] for target in _targets()}
    for number in range(1, MOST_MACHINES + 1) if everywhere else ():
        yield {"job": job, "instance": f"machine-{number}:{ports[job]}"}
    if not everywhere:
        yield {"job": job}


def _alerts(rules: Iterable[Mapping[str, Any]]) -> Iterator[Series]:
    """Yield alerts: the Watchdog always fires, one in eight others once for a while."""
    alerts = [rule for rule in rules if "alert" in rule]
    for number, rule in enumerate(alerts):
        labels = {"alertname": rule["alert"], "alertstate": "firing", "service": "engine"}
        plain = {name: text for name, text in rule["labels"].items() if "{" not in text}
        always = rule["alert"] == "Watchdog"
        if not always and number % 8:
            continue
        yield made("ALERTS", labels | plain, values.ONE if always else values.spell(number))


def _servers() -> Iterator[Series]:
    """Yield what runs once, and what runs on each of the servers."""
    for number, target in itertools.product(range(1, SERVERS + 1), _targets()):
        if target["job"] in ON_SERVERS or (number == 1 and target["job"] not in ON_MACHINES):
            yield from of_target(f"server-{number}", target)


def _machines() -> Iterator[Series]:
    targets = [target for target in _targets() if target["job"] in ON_MACHINES]
    for number in itertools.count(1):
        for target in targets:
            yield from of_target(f"machine-{number}", target)


def _others() -> Iterator[Series]:
    """Yield series of programs that our dashboards don't show."""
    for number in itertools.count():
        labels = {"job": "others", "instance": f"other-{number % 50}:80", "path": f"/{number}"}
        yield made(f"others_{number % 200}_total", labels, values.counter(number, 1))

"""The digest of all that decides whether an alert reaches its pager, and with which words."""

from __future__ import annotations

import functools
import hashlib
import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from whiteroom_monitoring import plain_yaml
from whiteroom_monitoring.project.model import Project
from whiteroom_monitoring.promql import routing_matchers
from whiteroom_monitoring.promql.parse import VectorSelector, descendants
from whiteroom_monitoring.promql.rule_files import Rule, RuleSet

DIGEST_LENGTH = 16
SETTINGS_FILE = "drills.toml"
_SILENCING = ("inhibit_rules", "time_intervals", "mute_time_intervals")


@dataclass(frozen=True)
class DeliveryPath:
    """What all alerts of a project share: rules, routes, templates and scenarios, read once."""

    rules: RuleSet
    routes: Mapping[str, Any]
    templates: Mapping[str, str]
    scenarios: Mapping[str, str]


def delivery_path(project: Project, rules: RuleSet) -> DeliveryPath:
    """Return what the alerts of a project share."""
    files = project.files
    templates = {p.name: _text(p) for p in sorted(files.templates.glob("*.tmpl"))}
    scenarios = {p.name: _text(p) for p in sorted(files.drills.glob("*.toml"))}
    return DeliveryPath(rules, _routing(files.alertmanager), templates, scenarios)


def _routing(path: Path) -> dict[str, Any]:
    """Return Alertmanager's configuration; nothing of one that another check names as broken."""
    try:
        content = plain_yaml.load(_text(path)) if path.exists() else {}
    except yaml.YAMLError:
        return {}
    is_whole = (
        isinstance(content, dict)
        and _is_route(content.get("route", {}))
        and _are_dicts(content.get("receivers"))
    )
    return content if is_whole else {}


def _is_route(route: object) -> bool:
    if not isinstance(route, dict):
        return False
    children, matchers = route.get("routes") or [], route.get("matchers") or []
    are_texts = isinstance(matchers, list) and all(isinstance(m, str) for m in matchers)
    are_maps = all(isinstance(route.get(k) or {}, dict) for k in ("match", "match_re"))
    return are_texts and are_maps and isinstance(children, list) and all(map(_is_route, children))


def _are_dicts(items: object) -> bool:
    return items is None or (isinstance(items, list) and all(isinstance(i, dict) for i in items))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8")


def digest(rule: Rule, path: DeliveryPath) -> str:
    """Return the digest of an alert, the same wherever its rule stands in its file."""
    recordings = {r.name: r for r in path.rules.recordings}
    labels = {"alertname": rule.name, **rule.labels}
    route = _route(path.routes.get("route") or {}, labels) or {}
    receivers = set(_receivers(route))
    content = {
        "rule": rule.raw,
        "recordings": sorted(_recorded(rule, recordings)),
        "route": route,
        # Which alerts inhibit which, and when nothing is sent, concerns each of them.
        "silencing": [path.routes.get(key) for key in _SILENCING],
        "receivers": [
            receiver
            for receiver in path.routes.get("receivers") or []
            if receiver.get("name") in receivers
        ],
        "templates": path.templates,
        "scenarios": [*_scenarios(rule.name, path.scenarios)],
    }
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGEST_LENGTH]


def _recorded(rule: Rule, recordings: Mapping[str, Rule]) -> set[str]:
    """Return the recordings that a rule is made of, themselves or through others."""
    recorded: dict[str, str] = {}
    pending = [rule]
    while pending:
        expression = pending.pop().expression
        for part in () if expression is None else descendants(expression):
            name = (part.name or "") if isinstance(part, VectorSelector) else ""
            if name in recordings and name not in recorded:
                recorded[name] = json.dumps(recordings[name].raw, sort_keys=True)
                pending.append(recordings[name])
    return set(recorded.values())


def _route(route: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any] | None:
    """Return a route with those of its children that may take an alert, or None.

    Labels that come from the alert's series are not known: a matcher of them excludes nothing.
    """
    if not all(_may_match(text, labels) for text in _matchers(route)):
        return None
    children = [_route(child, labels) for child in route.get("routes") or []]
    return {**route, "routes": [child for child in children if child is not None]}


def _receivers(route: Mapping[str, Any]) -> Iterator[str]:
    if "receiver" in route:
        yield str(route["receiver"])
    for child in route.get("routes") or []:
        yield from _receivers(child)


def _matchers(route: Mapping[str, Any]) -> list[str]:
    exact = [f"{name}={value}" for name, value in (route.get("match") or {}).items()]
    patterns = [f"{name}=~{value}" for name, value in (route.get("match_re") or {}).items()]
    return [*(route.get("matchers") or []), *exact, *patterns]


def _may_match(text: str, labels: Mapping[str, str]) -> bool:
    name, operator, value = routing_matchers.parts(text) or ("", "", "")
    # Several matchers in one text: each is one more condition, and this reads one alone.
    if '"' in value or name not in labels or "{{" in labels[name]:
        return True
    is_equal = labels[name] == value
    try:
        is_like = re.fullmatch(value, labels[name]) is not None
    except re.error:
        return True
    return {"=": is_equal, "!=": not is_equal, "=~": is_like, "!~": not is_like}[operator]


def _scenarios(alert: str, texts: Mapping[str, str]) -> Iterator[str]:
    """Yield the scenarios that expect an alert, and the settings of all."""
    for name, text in texts.items():
        if name == SETTINGS_FILE or alert in expected(text):
            yield text


def expected(text: str) -> set[str]:
    """Return the names of the alerts that a scenario expects; none of one that can't be read."""
    return {str(entry.get("name")) for entry in _entries(text)}


def is_covered(rule: Rule, path: DeliveryPath) -> bool:
    """Return whether a scenario says that the drill of another rule of the name stands for it."""
    return any(
        isinstance(labels, dict) and labels.items() <= rule.labels.items()
        for text in path.scenarios.values()
        for entry in _entries(text)
        if entry.get("name") == rule.name
        for labels in _list(entry.get("covers"))
    )


@functools.lru_cache(maxsize=256)  # each alert asks every scenario
def _entries(text: str) -> tuple[dict[str, Any], ...]:
    try:
        alerts = tomllib.loads(text).get("alerts")
    except tomllib.TOMLDecodeError:
        return ()
    return tuple(alert for alert in _list(alerts) if isinstance(alert, dict))


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []

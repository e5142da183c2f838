"""Evidence: what was seen, held against what a scenario expects, field by field at each channel."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from whiteroom_monitoring.drills.observation import Observation, SeenAlert, names_in, received
from whiteroom_monitoring.drills.scenario import ExpectedAlert, Page, Scenario, Settings

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_HEADER = re.compile(r"^([\w-]+): (.*(?:\r?\n[ \t].*)*)", re.MULTILINE)
_LONGEST_FOUND = 120
# What each payload may hold in a placeholder, as a regular expression.
_PATTERNS = {
    "any": ".*",
    "key": "[0-9a-f]{64}",
    "more": r"(?: \(1 of \d+\))?",
}


@dataclass(frozen=True)
class Delivery:
    """A page that arrived: when, and what was not as expected in its fields."""

    page: str
    state: str
    received: float | None
    faults: tuple[str, ...] = ()
    fields: int = 0


@dataclass(frozen=True)
class Verdict:
    """What a run showed of one expected alert. ``seen`` is None where it never fired."""

    alert: ExpectedAlert
    seen: SeenAlert | None
    deliveries: tuple[Delivery, ...]
    faults: tuple[str, ...]

    @property
    def ok(self) -> bool:
        """Whether everything was as expected."""
        return not self.faults and not any(d.faults for d in self.deliveries)

    def completed_at(self, state: str) -> float | None:
        """Return when the last page of a state had arrived, or None when one is missing."""
        times = [d.received for d in self.deliveries if d.state == state]
        known = [moment for moment in times if moment is not None]
        return max(known) if known and len(known) == len(times) else None


@dataclass(frozen=True)
class Context:
    """What evidence needs beside the scenario: the page definitions, and where the console is.

    ``annotations`` are those that an alert has to have, as its project says.
    """

    settings: Settings
    console: str
    watchdog: str
    held: frozenset[str] = frozenset()
    annotations: frozenset[str] = frozenset()


def judge(scenario: Scenario, observation: Observation, context: Context) -> list[Verdict]:
    """Return the verdict on each alert that the scenario expects."""
    return [_verdict(alert, scenario, observation, context) for alert in scenario.alerts]


def _verdict(
    alert: ExpectedAlert, scenario: Scenario, observation: Observation, context: Context
) -> Verdict:
    fired = [a for a in observation.of(alert.name, alert.labels) if a.firing is not None]
    if not fired:
        return Verdict(alert, None, (), (_why_silent(alert, observation),))
    first = min(fired, key=lambda a: a.firing or 0.0)
    values = _values(alert, scenario, first, context)
    deliveries = [
        delivery
        for name in alert.pages
        for delivery in _deliveries(name, alert, observation, context, values)
    ]
    if not alert.pages:
        deliveries = [*_anywhere(alert, observation)]
    faults = (
        []
        if re.fullmatch(alert.summary, first.summary, re.DOTALL)
        else [f"summary: found {first.summary!r}, expected {alert.summary!r}"]
    )
    if alert.pages and (missing := context.annotations - first.annotations):
        faults.append(f"it has no {', '.join(sorted(missing))}")
    if alert.ends and first.ended is None:
        faults.append("it still fires after the fault was mended")
    return Verdict(alert, first, tuple(deliveries), tuple(faults))


def _why_silent(alert: ExpectedAlert, observation: Observation) -> str:
    others = [a for a in observation.alerts.values() if a.name == alert.name]
    if not others:
        return "it never fired: its expression never held"
    pending = [a for a in others if a.has(alert.labels)]
    if pending:
        return "it was pending and never fired"
    labels = "; ".join(str(dict(a.labels)) for a in others)
    return f"it fired with other labels: found {labels}, expected {alert.labels}"


def _values(
    alert: ExpectedAlert, scenario: Scenario, observed: SeenAlert, context: Context
) -> dict[str, str]:
    """Return the regular expression of each placeholder."""
    group = [a for a in scenario.alerts if a.group == alert.group]
    dashboard = alert.dashboard or ".*"
    labels = {key: re.escape(value) for key, value in observed.labels.items()}
    return {
        **labels,
        **_PATTERNS,
        **context.settings.patterns,
        **_by_label(observed.labels, context.settings),
        "class": f"(?:{alert.group}|{alert.name})",
        "component": f"(?:{labels.get('service', '')}|{re.escape(alert.group)})",
        "summary": "(?:" + "|".join(f"(?:{a.summary})" for a in group) + ")",
        "console": re.escape(context.console),
        "runbook": re.escape(f"{context.console}/runbooks/")
        + "(?:" + "|".join(a.name for a in group) + ")",
        "own_runbook": re.escape(f"{context.console}/runbooks/{alert.name}"),
        "dashboard": re.escape(context.console) + (dashboard if dashboard == ".*" else
                                                   re.escape(f"/d/{dashboard}")),
    }  # fmt: skip


def _by_label(labels: Mapping[str, str], settings: Settings) -> dict[str, str]:
    return {
        key: re.escape(text)
        for label, values in settings.by_label.items()
        for key, text in values.get(labels.get(label, ""), {}).items()
    }


def _deliveries(
    name: str,
    alert: ExpectedAlert,
    observation: Observation,
    context: Context,
    values: Mapping[str, str],
) -> Iterator[Delivery]:
    page = context.settings.pages[name]
    at_channel = [m for m in observation.messages if _reaches(page, m)]
    fields = context.settings.fields[page.fields]
    about = [m for m in at_channel if alert.name in names_in(m, [alert.name])]
    all_values = {**values, **{k: re.escape(v) for k, v in page.values.items()}}
    firing = [m for m in about if m["state"] == "firing"]
    delivery, message = _best(name, "firing", firing, fields.firing, all_values)
    yield delivery
    if not alert.ends:
        return
    key = message["dedup_key"] if message else ""
    # Of a group, the last message need not be about each of its alerts.
    resolved = [
        m
        for m in at_channel
        if m["state"] == "resolved" and (m["dedup_key"] == key if key else m in about)
    ]
    yield _best(name, "resolved", resolved, fields.resolved, all_values)[0]


def _reaches(page: Page, message: Mapping[str, Any]) -> bool:
    return bool(message["channel"] == page.channel and message["recipient"] == page.recipient)


def _best(
    name: str,
    state: str,
    messages: Sequence[dict[str, Any]],
    expected: Mapping[str, str],
    values: Mapping[str, str],
) -> tuple[Delivery, dict[str, Any] | None]:
    """Return the delivery of the first message that is as expected, else of the closest one."""
    if not messages:
        return Delivery(name, state, None, (f"{name}: no {state} message arrived",)), None
    judged = [(m, tuple(field_faults(fields_of(m), expected, values))) for m in messages]
    message, faults = min(judged, key=lambda pair: len(pair[1]))
    named = tuple(f"{name}, {state}: {fault}" for fault in faults)
    return Delivery(name, state, received(message), named, len(expected)), message


def _anywhere(alert: ExpectedAlert, observation: Observation) -> Iterator[Delivery]:
    """Yield what arrived of an alert of which no page is declared, wherever it arrived."""
    about = [m for m in observation.messages if alert.name in names_in(m, [alert.name])]
    for state in ("firing", "resolved") if alert.ends else ("firing",):
        message = next((m for m in about if m["state"] == state), None)
        if message is None:
            yield Delivery("anywhere", state, None, (f"no {state} message arrived anywhere",))
        else:
            yield Delivery(message["channel"], state, received(message))


def fields_of(message: Mapping[str, Any]) -> dict[str, str]:
    """Return the fields of a payload by their paths; of a mail, its headers and its text."""
    raw = message["raw"]
    if isinstance(raw, str):
        headers = raw.partition("\r\n\r\n")[0]
        named = {m[1].lower(): " ".join(m[2].split()) for m in _HEADER.finditer(headers)}
        return {**named, "recipients": message["recipient"], "text": message["text"]}
    return dict(_flat(raw, ""))


def _flat(node: Any, path: str) -> Iterator[tuple[str, str]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _flat(value, f"{path}.{key}" if path else key)
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _flat(value, f"{path}.{index}")
    else:
        yield path, str(node)


def field_faults(
    payload: Mapping[str, str], expected: Mapping[str, str], values: Mapping[str, str]
) -> Iterator[str]:
    """Yield what is wrong in the fields of a payload: missing, different, or not expected.

    >>> list(field_faults({"a": "hot: x", "b": "1"}, {"a": "{state}: x", "c?": ""},
    ...                   {"state": "hot"}))
    ["b: found '1', and the field is not expected"]
    """
    names = {key.removesuffix("?") for key in expected}
    for key, template in expected.items():
        name = key.removesuffix("?")
        if name not in payload:
            if name == key:
                yield f"{name}: missing"
        elif not re.fullmatch(pattern(template, values), payload[name], re.DOTALL):
            yield f"{name}: found {_short(payload[name])}, expected {template!r}"
    for name in sorted(payload.keys() - names):
        yield f"{name}: found {_short(payload[name])}, and the field is not expected"


def pattern(template: str, values: Mapping[str, str]) -> str:
    """Return the regular expression of a field's template.

    >>> pattern("{state}: (x)", {"state": "hot"})
    'hot:\\\\ \\\\(x\\\\)'
    """
    parts = _PLACEHOLDER.split(template)
    return "".join(
        values.get(part, "") if index % 2 else re.escape(part) for index, part in enumerate(parts)
    )


def _short(text: str) -> str:
    return repr(text if len(text) <= _LONGEST_FOUND else text[:_LONGEST_FOUND] + "…")


def unexpected(
    scenario: Scenario, observation: Observation, context: Context
) -> tuple[set[str], list[str]]:
    """Return the alerts that should have stayed silent and fired, and messages of nothing known."""
    declared = {alert.name for alert in scenario.alerts} | {*scenario.may_fire, context.watchdog}
    declared |= context.held
    loud = observation.fired() - declared
    strangers = [
        f"{m['channel']} {m['recipient']}: {m['title']}"
        for m in observation.messages
        if not names_in(m, declared) and not names_in(m, loud) and not _is_over(m)
    ]
    return loud, strangers


def _is_over(message: Mapping[str, Any]) -> bool:
    """Return whether a message ends what an earlier run has begun."""
    return bool(message["state"] == "resolved")

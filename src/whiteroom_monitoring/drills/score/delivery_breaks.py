"""Breaks of Alertmanager's configuration: routes, receivers, inhibition; and of its templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from whiteroom_monitoring.drills.score.model import ALERTMANAGER, Break, Kind, edited
from whiteroom_monitoring.pager_path import PAGER_PROBE
from whiteroom_monitoring.promql import routing_matchers

# So long that no drill waits for it.
_LONG = "10h"
_WAITS = ("group_wait", "group_interval")
_NEGATED = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}
_BROKEN = "broken"
# What makes a channel what it is: each alone, or replaced by another value.
_EXCHANGED = ("severity", "channel", "to")
# Where a channel leads is the drill's own matter, and how it gets there.
_LEFT_ALONE = (
    *("url", "api_url", "api_url_file", "routing_key_file", "smarthost", "require_tls"),
    "http_config",
)
_DEFINITION = re.compile(r'\{\{-?\s*define "([^"]+)"\s*-?\}\}')
_END = re.compile(r"\{\{-?\s*end\s*-?\}\}")
_STATUS = re.compile(r'eq \.Status "resolved"')
_WORDS = re.compile(r"(?m)^(?:\{\{[^\n]*\}\})?(Runbook|Dashboard|Over since|Silence it)\b")

Content = Mapping[str, Any]


def of_routes(content: Content, ignored: Collection[str]) -> Iterator[Break]:
    """Yield the breaks of routes, but of those to ``ignored`` receivers."""
    names = [r["name"] for r in content["receivers"] if r["name"] not in ignored]
    for number, route in enumerate(content["route"].get("routes") or []):
        of_probes = any(PAGER_PROBE in text for text in route.get("matchers") or [])
        if route.get("receiver") in ignored or of_probes:
            continue
        subject = f"{' '.join(route.get('matchers') or ['all'])} to {route['receiver']}"
        yield _break("route", subject, "the route", "", _at_route(number, None))
        other = names[(names.index(route["receiver"]) + 1) % len(names)]
        yield _break("route", subject, "receiver", other, _at_route(number, {"receiver": other}))
        for key in _WAITS:
            old = f"{key} {route.get(key, '')}".strip()
            yield _break("route", subject, old, _LONG, _at_route(number, {key: _LONG}))
        if route.get("continue"):
            yield _break(
                "route", subject, "continue", "false", _at_route(number, {"continue": False})
            )
        yield from _of_matchers(number, route, subject)


def _of_matchers(number: int, route: Content, subject: str) -> Iterator[Break]:
    matchers = list(route.get("matchers") or [])
    for index, text in enumerate(matchers):
        label, operator, value = routing_matchers.parts(text) or ("", "", "")
        if not label:
            continue
        for new in (f'{label}{_NEGATED[operator]}"{value}"', f'{label}{operator}"{_BROKEN}"'):
            changed = [*matchers[:index], new, *matchers[index + 1 :]]
            yield _break("route", subject, text, new, _at_route(number, {"matchers": changed}))


def _at_route(number: int, changed: Mapping[str, Any] | None) -> Callable[[Any], object]:
    def edit(content: Any) -> None:
        routes = content["route"]["routes"]
        if changed is None:
            del routes[number]
        else:
            routes[number] = {**routes[number], **changed}

    return edit


def of_receivers(content: Content, ignored: Collection[str]) -> Iterator[Break]:
    """Yield the breaks of receivers, but of ``ignored`` ones."""
    for number, receiver in enumerate(content["receivers"]):
        if receiver["name"] in ignored:
            continue
        for kind, channels in receiver.items():
            # What tells the reconciler tells nobody.
            if not isinstance(channels, list) or kind == "webhook_configs":
                continue
            for index, settings in enumerate(channels):
                subject = f"{receiver['name']}, {kind.removesuffix('_configs')}"
                yield from _of_channel((number, kind, index), subject, settings)


def _of_channel(place: tuple[int, str, int], subject: str, settings: Content) -> Iterator[Break]:
    yield _break("receiver", subject, "the channel", "", _at_channel(place, None))
    changed = {**settings, "send_resolved": False}
    yield _break("receiver", subject, "send_resolved", "false", _at_channel(place, changed))
    for key, value in settings.items():
        if key in (*_LEFT_ALONE, "send_resolved"):
            continue
        rest = {k: v for k, v in settings.items() if k != key}
        if key in _EXCHANGED:
            # As an address or a channel would be: what comes before stays.
            other = f"{_BROKEN}-{value}" if key == "to" else f"{value}-{_BROKEN}"
            other = "info" if key == "severity" else other
            edit = _at_channel(place, {**rest, key: other})
            yield _break("receiver", subject, f"{key}: {value}", other, edit)
        else:
            yield _break("receiver", subject, key, "", _at_channel(place, rest))


def _at_channel(
    place: tuple[int, str, int], settings: Mapping[str, Any] | None
) -> Callable[[Any], object]:
    number, kind, index = place

    def edit(content: Any) -> None:
        channels = content["receivers"][number][kind]
        channels[index : index + 1] = [] if settings is None else [dict(settings)]

    return edit


def of_inhibition(alerts: Sequence[str], watchdog: str) -> Iterator[Break]:
    """Yield for each alert an inhibition that silences it always: by the one that always fires."""
    for name in alerts:
        rule = {
            "source_matchers": [f'alertname="{watchdog}"'],
            "target_matchers": [f'alertname="{name}"'],
        }
        edit = _with_inhibition(rule)
        one = _break("inhibition", name, "nothing inhibits it", watchdog, edit)
        yield replace(one, alerts=(name,))


def _with_inhibition(rule: dict[str, Any]) -> Callable[[Any], object]:
    def edit(content: Any) -> None:
        content["inhibit_rules"] = [*(content.get("inhibit_rules") or []), rule]

    return edit


def of_template(file: str, text: str) -> Iterator[Break]:
    """Yield the breaks of a file of templates: a definition without text, a state mistaken.

    And what leads on: a line that names runbook, dashboard, end or silence, without that word.
    """
    for subject, start, end in _definitions(text):
        body = text[start:end]
        yield _of_text(file, subject, "its text", "", (start, end, ""))
        for word in _STATUS.finditer(body):
            change = (start + word.start(), start + word.end(), word[0].replace("eq", "ne"))
            yield _of_text(file, subject, f"{word[0]} at {word.start()}", change[2], change)
        for word in _WORDS.finditer(body):
            change = (start + word.start(1), start + word.end(1), "")
            yield _of_text(file, subject, f"{word[1]} at {word.start()}", "", change)


def _definitions(text: str) -> Iterator[tuple[str, int, int]]:
    """Yield name, begin and end of what each definition says."""
    begins = list(_DEFINITION.finditer(text))
    limits = [begin.start() for begin in begins[1:]] + [len(text)]
    for begin, limit in zip(begins, limits, strict=True):
        ends = [end.start() for end in _END.finditer(text, begin.end(), limit)]
        if ends:
            yield begin[1], begin.end(), ends[-1]


def _of_text(file: str, subject: str, old: str, new: str, change: tuple[int, int, str]) -> Break:
    start, end, text = change
    return Break(
        "template", file, subject, old, new, lambda whole: whole[:start] + text + whole[end:]
    )


def _break(kind: Kind, subject: str, old: str, new: str, edit: Callable[[Any], object]) -> Break:
    return Break(kind, ALERTMANAGER, subject, old, new, edited(edit))

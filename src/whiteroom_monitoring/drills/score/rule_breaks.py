"""Breaks of alerting rules: of conditions, labels and annotations, and of what covers them."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from whiteroom_monitoring.covering.clauses import MARK
from whiteroom_monitoring.drills.score.model import RULES, Break, Cover, edited
from whiteroom_monitoring.mutation.promql_tokens import tokens
from whiteroom_monitoring.promql.rule_files import Rule

_NEVER = "vector(0) == 1"
_TURNED = {">": "<", "<": ">", ">=": "<", "<=": ">", "==": "!=", "!=": "=="}
_NEGATED = {"=": "!=", "!=": "=", "=~": "!~", "!~": "=~"}
# Times what a rule waits: no drill has so much time.
_WAITS = 1000
_NUMBERS = re.compile(r"\d+")
_CLAUSE = re.compile(r"unless on \([^)]*\) [^\n]*")
_COVERING = re.compile(r'alertname=~?"([^"]+)"')


def breaks(rules: Sequence[Rule], overridden: Collection[str]) -> Iterator[Break]:
    """Yield the breaks of alerts.

    The conditions of ``overridden`` ones stay: their drills replace just that.
    """
    values = _values(rules)
    for rule in rules:
        if rule.name not in overridden:
            yield from _of_condition(rule)
        yield from _of_texts(rule, values)
        yield from _of_covering(rule)


def _of_condition(rule: Rule) -> Iterator[Break]:
    expression = str(rule.raw["expr"])
    yield _break(rule, (_short(expression), _NEVER), _set(rule, "expr", _NEVER))
    for token in tokens(expression.partition(MARK)[0]):
        turned = {"comparison": _TURNED, "matcher": _NEGATED}.get(token.role, {}).get(token.text)
        if turned is not None:
            new = expression[: token.start] + turned + expression[token.end :]
            place = f"{_short(expression[token.start : token.end + 24])} at {token.start}"
            yield _break(rule, (place, turned), _set(rule, "expr", new))
    if "for" in rule.raw:
        old = str(rule.raw["for"])
        new = _NUMBERS.sub(lambda number: str(int(number[0]) * _WAITS), old)
        yield _break(rule, (f"for {old}", new), _set(rule, "for", new))


def _of_texts(rule: Rule, values: Mapping[str, Sequence[str]]) -> Iterator[Break]:
    for key, texts in (("labels", rule.labels), ("annotations", rule.annotations)):
        for name, old in texts.items():
            yield _break(rule, (f"{name}: {_short(old)}", ""), _put(rule, key, name, ""))
            other = _other(old, values.get(name, ())) if key == "labels" else ""
            if other:
                yield _break(rule, (f"{name}: {old}", other), _put(rule, key, name, other))


def _of_covering(rule: Rule) -> Iterator[Break]:
    expression = str(rule.raw["expr"])
    condition, mark, clauses = expression.partition(MARK)
    if not mark:
        return
    always = f"{expression.rstrip()}\nunless on () vector(1)"
    one = _break(rule, ("covered by some", "by anything"), _set(rule, "expr", always))
    yield replace(one, kind="covering")
    for clause in _CLAUSE.findall(clauses):
        names = _COVERING.search(clause)
        covering = names[1].split("|")[0] if names else rule.name
        # One that covers another rule of its own name can't be made to hold alone.
        if covering != rule.name:
            new = f"{condition}{mark}{clauses.replace(clause, '', 1)}".rstrip().removesuffix(mark)
            one = _break(rule, (_short(clause), ""), _set(rule, "expr", new))
            yield replace(one, kind="covering", cover=Cover(covering, rule.name))


def _break(rule: Rule, words: tuple[str, str], edit: Callable[[Any], object]) -> Break:
    named = (value for label, value in rule.labels.items() if label in ("window", "service"))
    file, title = RULES + rule.document.path.name, " ".join((rule.name, *named))
    one = Break("rule", file, title, *words, edited(edit))
    return replace(one, alerts=(rule.name,), labels=rule.labels)


def _set(rule: Rule, key: str, value: str) -> Callable[[Any], object]:
    """Return what gives a rule another expression, or another time to wait."""

    def edit(content: Any) -> None:
        _node(content, rule)[key] = value

    return edit


def _put(rule: Rule, key: str, name: str, value: str) -> Callable[[Any], object]:
    """Return what gives a label or an annotation another value, or takes it away."""

    def edit(content: Any) -> None:
        texts = _node(content, rule)[key]
        del texts[name]
        if value:
            texts[name] = value

    return edit


def _node(content: Any, rule: Rule) -> Any:
    for step in rule.pointer:
        content = content[step]
    return content


def _values(rules: Sequence[Rule]) -> dict[str, list[str]]:
    """Return the values that each label has in some rule, sorted."""
    values: dict[str, set[str]] = {}
    for rule in rules:
        for name, value in rule.labels.items():
            values.setdefault(name, set()).add(value)
    return {name: sorted(texts) for name, texts in values.items()}


def _other(old: str, values: Sequence[str]) -> str:
    """Return the value after ``old``, the first after the last, or nothing."""
    others = [value for value in values if value != old]
    return next((value for value in others if value > old), others[0] if others else "")


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else words[:59] + "…"

"""Prometheus' rule files, read with the place of every rule."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from whiteroom_monitoring.catalogue import document, structure
from whiteroom_monitoring.catalogue.document import Document, Pointer
from whiteroom_monitoring.diagnostics import Diagnostic, DiagnosticsError
from whiteroom_monitoring.promql.parse import Expr, ParseError, VectorSelector, descendants, parse

_SCHEMA = Path(__file__).with_name("rule_file.schema.json")


@dataclass(frozen=True)
class Rule:
    """A recording rule or an alert; ``expression`` is None when it does not parse."""

    document: Document
    pointer: Pointer
    name: str
    is_alert: bool
    expression: Expr | None
    labels: dict[str, str]
    annotations: dict[str, str]

    @property
    def raw(self) -> dict[str, Any]:
        """The rule as its file says it."""
        node = self.document.data
        for key in self.pointer:
            node = node[key]
        return dict(node)

    def diagnostic(
        self, keys: Pointer, found: str, remedy: str = "", expected: str = ""
    ) -> Diagnostic:
        """Return a diagnostic at the part ``keys`` of the rule, or at the rule when it lacks it."""
        place = self.document.place((*self.pointer, *keys))
        return self.document.diagnostic(place, found, remedy, expected, self.name)

    def diagnostic_in_expression(self, word: str, found: str, remedy: str = "") -> Diagnostic:
        """Return a diagnostic where ``word`` stands in the rule's expression."""
        place = self.document.word_place((*self.pointer, "expr"), word)
        return self.document.diagnostic(place, found, remedy, about=self.name)


@dataclass(frozen=True)
class RuleSet:
    """The rules of some files. ``diagnostics`` are what makes a file unreadable as rules."""

    paths: tuple[Path, ...]
    rules: tuple[Rule, ...]
    diagnostics: tuple[Diagnostic, ...]

    @property
    def alerts(self) -> list[Rule]:
        """The rules that alert."""
        return [rule for rule in self.rules if rule.is_alert]

    @property
    def recordings(self) -> list[Rule]:
        """The rules that record."""
        return [rule for rule in self.rules if not rule.is_alert]


def read(paths: Iterable[Path]) -> RuleSet:
    """Return the rules of the files ``paths``, with all that is wrong in their structure."""
    schema = json.loads(_SCHEMA.read_text(encoding="utf-8"))
    rules: list[Rule] = []
    diagnostics: list[Diagnostic] = []
    names = sorted(paths)
    for path in names:
        try:
            file = document.read(path)
        except DiagnosticsError as error:
            diagnostics.extend(error.diagnostics)
            continue
        misfits = structure.diagnostics(file, schema)
        diagnostics.extend(diagnostic for group in misfits.values() for diagnostic in group)
        for pointer, raw in _sound_rules(file, set(misfits)):
            rules.append(_rule(file, pointer, raw, diagnostics))
    return RuleSet(tuple(names), tuple(rules), tuple(diagnostics))


def _sound_rules(file: Document, misfits: set[Pointer]) -> Iterator[tuple[Pointer, dict[str, Any]]]:
    """Yield the rules that fit the schema."""
    if {(), ("groups",)} & misfits:
        return
    for g, group in enumerate(file.data["groups"]):
        if {("groups", g), ("groups", g, "rules")} & misfits:
            continue
        for r, raw in enumerate(group["rules"]):
            pointer: Pointer = ("groups", g, "rules", r)
            if not any(misfit[: len(pointer)] == pointer for misfit in misfits):
                yield pointer, raw


def _rule(
    file: Document, pointer: Pointer, raw: dict[str, Any], diagnostics: list[Diagnostic]
) -> Rule:
    is_alert = "alert" in raw
    name = raw.get("alert", raw.get("record", "a rule"))
    rule = Rule(
        file,
        pointer,
        name,
        is_alert,
        None,
        raw.get("labels", {}),
        raw.get("annotations", {}),
    )
    if is_alert == ("record" in raw):
        diagnostics.append(
            rule.diagnostic((), "expected either `alert` or `record`", "write one of them")
        )
    try:
        expression = _parse(raw["expr"])
    except ParseError as error:
        problem = f"the expression does not parse: {error}"
        diagnostics.append(rule.diagnostic(("expr",), problem, "correct the PromQL"))
        return rule
    return Rule(file, pointer, name, is_alert, expression, rule.labels, rule.annotations)


def _parse(text: str) -> Expr:
    """Return the parsed expression. Raises ParseError when it is not PromQL."""
    expression = parse(text)
    for part in descendants(expression):
        if isinstance(part, VectorSelector) and part.matchers.or_matchers:
            raise ParseError("`or` between the matchers of a selector is not PromQL")
    return expression

"""Stages that change a line: its text, its labels, its metadata, its tenant."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson

from whiteroom_monitoring.logs.shipper import go_template
from whiteroom_monitoring.logs.shipper.config import (
    Expressions,
    OutputStage,
    PackStage,
    ReplaceStage,
    TemplateStage,
    TenantStage,
)
from whiteroom_monitoring.logs.shipper.endpoints import Labels
from whiteroom_monitoring.logs.shipper.entry import Entry, text_of
from whiteroom_monitoring.logs.shipper.errors import StageError
from whiteroom_monitoring.logs.shipper.expressions import compiled
from whiteroom_monitoring.logs.shipper.stages.parsing import Apply, source_of
from whiteroom_monitoring.logs.shipper.stages.stage import Context


def labels(names: Expressions, context: Context) -> Apply:
    """Make labels of fields."""
    del context
    return _filling(names, lambda entry: entry.labels)


def structured_metadata(names: Expressions, context: Context) -> Apply:
    """Make structured metadata of fields."""
    del context
    return _filling(names, lambda entry: entry.meta)


def _filling(names: Expressions, to: Callable[[Entry], dict[str, str]]) -> Apply:
    pairs = [(name, source or name) for name, source in names.items()]

    def apply(entry: Entry) -> bool:
        for name, source in pairs:
            if text := text_of(entry.extracted.get(source)):
                to(entry)[name] = text
        return True

    return apply


def labeldrop(names: list[str], context: Context) -> Apply:
    """Take labels away."""
    del context
    gone = frozenset(names)

    def apply(entry: Entry) -> bool:
        entry.labels = {n: v for n, v in entry.labels.items() if n not in gone}
        return True

    return apply


def labelallow(names: list[str], context: Context) -> Apply:
    """Take all other labels away."""
    del context
    kept = frozenset(names)

    def apply(entry: Entry) -> bool:
        entry.labels = {n: v for n, v in entry.labels.items() if n in kept}
        return True

    return apply


def static_labels(values: Labels, context: Context) -> Apply:
    """Add labels."""
    del context

    def apply(entry: Entry) -> bool:
        entry.labels.update(values)
        return True

    return apply


def output(stage: OutputStage, context: Context) -> Apply:
    """Let a field be the line."""
    del context

    def apply(entry: Entry) -> bool:
        value = entry.extracted.get(stage.source)
        if value is not None:
            entry.line = text_of(value)
        return True

    return apply


def template(stage: TemplateStage, context: Context) -> Apply:
    """Fill a field from a template, in which ``.Value`` is what it was, ``.Entry`` the line."""
    del context
    render = go_template.template(stage.template)

    def apply(entry: Entry) -> bool:
        value = entry.extracted.get(stage.source)
        text = render({**entry.extracted, "Value": text_of(value), "Entry": entry.line})
        if text is None:
            return True
        if text:
            entry.extracted[stage.source] = text
        else:
            entry.extracted.pop(stage.source, None)
        return True

    return apply


def replace(stage: ReplaceStage, context: Context) -> Apply:
    """Replace what groups match, in a field or in the line."""
    del context
    expression = compiled(stage.expression)
    render = go_template.template(stage.replace) if "{{" in stage.replace else None

    def replacement(text: str) -> str:
        filled = render({"Value": text}) if render else stage.replace
        return text if filled is None else filled

    names: dict[int, str] = {number: name for name, number in expression.groupindex.items()}

    def apply(entry: Entry) -> bool:
        text = source_of(entry, stage.source)
        if not text:
            return True
        matches = list(expression.finditer(text))
        if not matches:
            return True
        made = _replaced(text, matches, expression.groups, replacement)
        if stage.source:
            entry.extracted[stage.source] = made
        else:
            entry.line = made
        for number, name in names.items():
            entry.extracted[name] = replacement(matches[-1].group(number) or "")
        return True

    return apply


def _replaced(text: str, matches: list[Any], groups: int, replacement: Callable[[str], str]) -> str:
    made, at = [], 0
    for match in matches:
        spans = [match.span(n) for n in range(1, groups + 1)] if groups else [match.span()]
        for start, end in sorted(spans):
            if start >= at and (end > start or not groups):
                made += [text[at:start], replacement(text[start:end])]
                at = end
    return "".join([*made, text[at:]])


def pack(stage: PackStage, context: Context) -> Apply:
    """Put labels into the line."""
    del context

    def apply(entry: Entry) -> bool:
        values = {n: entry.labels.pop(n) for n in stage.labels if n in entry.labels}
        values |= {
            n: text_of(entry.extracted[n])
            for n in stage.labels
            if n not in values and n in entry.extracted
        }
        entry.line = orjson.dumps({**values, "_entry": entry.line}).decode()
        return True

    return apply


def tenant(stage: TenantStage, context: Context) -> Apply:
    """Say whose line it is."""
    del context
    if sum(map(bool, (stage.label, stage.source, stage.value))) != 1:
        raise StageError("tenant: expected one of label, source, value")

    def apply(entry: Entry) -> bool:
        named = stage.value or entry.labels.get(stage.label, "")
        entry.tenant = named or text_of(entry.extracted.get(stage.source)) or entry.tenant
        return True

    return apply

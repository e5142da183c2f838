"""What recording rules add to the series that exist, and what they are made of."""

from __future__ import annotations

from collections.abc import Mapping

from whiteroom_monitoring.promql.infer import result_labels
from whiteroom_monitoring.promql.parse import Expr, VectorSelector, descendants
from whiteroom_monitoring.promql.rule_files import Rule, RuleSet
from whiteroom_monitoring.promql.series import Labels, Series, SeriesIndex

_PARTS = ("_bucket", "_count", "_sum")


def add_recordings(rules: RuleSet, index: SeriesIndex) -> None:
    """Add the series that ``rules`` record, with the labels that their expressions leave.

    A recording may build on another one that stands after it; as many rounds as there are rules
    settle that.
    """
    recordings = rules.recordings
    for rule in recordings:
        index.add(Series(rule.name, "recorded", None, str(rule.document.path)))
    for _ in recordings:
        changed = [rule for rule in recordings if _settle(rule, index)]
        if not changed:
            break


def _settle(rule: Rule, index: SeriesIndex) -> bool:
    """Infer the labels of what ``rule`` records; return whether that was news."""
    before = index.find(rule.name)
    names = None if rule.expression is None else result_labels(rule.expression, index)
    if names is None:
        return False
    settled = before.labels if before is not None else None
    labels: Labels = dict.fromkeys(names | rule.labels.keys() | (settled or {}).keys())
    if settled is not None and labels.keys() == settled.keys():
        return False
    index.replace(Series(rule.name, "recorded", labels, str(rule.document.path)))
    return True


def scraped_metrics(expression: Expr | None, recordings: Mapping[str, Rule]) -> set[str]:
    """Return the scraped metrics that ``expression`` is made of, looking through ``recordings``.

    Of a histogram or summary it is the name without the suffix of its parts.
    """
    metrics: set[str] = set()
    names: set[str] = set()
    pending = [expression]
    while pending:
        current = pending.pop()
        for name in [] if current is None else _selected(current):
            if name in names:
                continue
            names.add(name)
            if name in recordings:
                pending.append(recordings[name].expression)
            else:
                metrics.add(_family(name))
    return metrics


def _selected(expression: Expr) -> list[str]:
    selectors = (part for part in descendants(expression) if isinstance(part, VectorSelector))
    return [selector.name for selector in selectors if selector.name]


def _family(name: str) -> str:
    suffix = next((suffix for suffix in _PARTS if name.endswith(suffix)), "")
    return name.removesuffix(suffix)

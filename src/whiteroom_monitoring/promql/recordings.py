"""What recording rules add to the series that exist."""

from __future__ import annotations

from whiteroom_monitoring.lint.rule_files import Rule, RuleSet
from whiteroom_monitoring.promql.infer import result_labels
from whiteroom_monitoring.promql.series import Known, Labels, Series


def add_recordings(rules: RuleSet, known: Known) -> None:
    """Add the series that ``rules`` record, with the labels that their expressions leave.

    A recording may build on another one that stands after it; as many rounds as there are rules
    settle that.
    """
    recordings = rules.recordings
    for rule in recordings:
        known.add(Series(rule.name, "recorded", None, str(rule.document.path)))
    for _ in recordings:
        changed = [rule for rule in recordings if _settle(rule, known)]
        if not changed:
            break


def _settle(rule: Rule, known: Known) -> bool:
    """Infer the labels of what ``rule`` records; return whether that was news."""
    before = known.find(rule.name)
    names = None if rule.expression is None else result_labels(rule.expression, known)
    if names is None:
        return False
    settled = before.labels if before is not None else None
    labels: Labels = dict.fromkeys(names | rule.labels.keys() | (settled or {}).keys())
    if settled is not None and labels.keys() == settled.keys():
        return False
    known.replace(Series(rule.name, "recorded", labels, str(rule.document.path)))
    return True

"""Rules about labels, as in Prometheus: they name a target, or leave it out."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Any

from whiteroom_monitoring.logs.logql.regex import expand
from whiteroom_monitoring.logs.shipper.config import Relabel
from whiteroom_monitoring.logs.shipper.errors import StageError
from whiteroom_monitoring.logs.shipper.expressions import compiled

_NEEDS_TARGET = ("replace", "hashmod", "lowercase", "uppercase", "keepequal", "dropequal")


class Relabeling:
    """The rules of a job. Raises StageError for one that can't be applied."""

    def __init__(self, rules: Sequence[Relabel]) -> None:
        for rule in rules:
            if rule.action in _NEEDS_TARGET and not rule.target_label:
                raise StageError(f"relabel_configs: {rule.action} needs target_label")
            if rule.action == "hashmod" and rule.modulus <= 0:
                raise StageError("relabel_configs: hashmod needs modulus")
        self._rules = [(rule, compiled(f"^(?s:{rule.regex})$")) for rule in rules]

    def apply(self, labels: Mapping[str, str]) -> dict[str, str] | None:
        """Return the labels of a target without those that begin with ``__``; None: left out."""
        current = self.apply_all(labels)
        return current and {n: v for n, v in current.items() if v and not n.startswith("__")}

    def apply_all(self, labels: Mapping[str, str]) -> dict[str, str] | None:
        """Return all labels of a target, such as ``__path__``; None: left out."""
        current = dict(labels)
        for rule, regex in self._rules:
            changed = _applied(rule, regex, current)
            if changed is None:
                return None
            current = changed
        return current


def _applied(rule: Relabel, regex: Any, labels: dict[str, str]) -> dict[str, str] | None:
    """Return the labels after one rule; None: left out."""
    value = rule.separator.join(labels.get(name, "") for name in rule.source_labels)
    if rule.action in ("keep", "drop"):
        is_kept = (regex.search(value) is not None) == (rule.action == "keep")
    elif rule.action in ("keepequal", "dropequal"):
        is_equal = value == labels.get(rule.target_label, "")
        is_kept = is_equal == (rule.action == "keepequal")
    else:
        return _changed(rule, regex, labels, value)
    return labels if is_kept else None


def _changed(rule: Relabel, regex: Any, labels: dict[str, str], value: str) -> dict[str, str]:
    if rule.action in ("labeldrop", "labelkeep"):
        is_kept = rule.action == "labelkeep"
        return {n: v for n, v in labels.items() if (regex.search(n) is not None) == is_kept}
    if rule.action == "labelmap":
        matches = [(regex.search(n), v) for n, v in labels.items()]
        return {**labels, **{expand(rule.replacement, m): v for m, v in matches if m}}
    name = rule.target_label
    groups = regex.search(value) if rule.action == "replace" else None
    match rule.action:
        case "hashmod":
            digest = hashlib.md5(value.encode(), usedforsecurity=False).digest()
            text = str(int.from_bytes(digest[8:], "big") % rule.modulus)
        case "lowercase":
            text = value.lower()
        case "uppercase":
            text = value.upper()
        case _ if groups is None:
            return labels
        case _:
            name, text = expand(name, groups), expand(rule.replacement, groups)
    return {**labels, name: text} if text else {n: v for n, v in labels.items() if n != name}

"""Changes of the copy's rules: a threshold that always holds, an alert that is held down.

An overridden alert waits for the series `drill:fault:value`, which a group of the drill records:
so its rule stays the same when the fault begins and when it ends, and both are seen by Prometheus
as they would be otherwise.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from whiteroom_monitoring.promql.infer import is_scalar
from whiteroom_monitoring.promql.parse import (
    BinaryExpr,
    Call,
    Expr,
    MatrixSelector,
    VectorSelector,
    parse,
)
from whiteroom_monitoring.promql.render import render, selector

FAULT_FILE = "drill.yml"
_FAULT = "drill:fault:value"
_COMPARISONS = frozenset({">", "<", ">=", "<=", "==", "!="})
# No series has this label.
_NOWHERE = 'whiteroom_drill=~".+"'


def always(text: str) -> str:
    """Return the expression of an alert as one that holds for every value that there is.

    Comparisons with a number inside of aggregations, arithmetic and calls hold, too.

    >>> always("a > 0.9 unless on (b) ALERTS")
    'a >= -Inf unless on (b) ALERTS'
    >>> always('absent(a{b="c"}) and on () d == 1')
    'absent(a{b="c", whiteroom_drill=~".+"}) and on () d >= -Inf'
    >>> always("count(up == 0) > 0")
    'count (up >= -Inf) >= -Inf'
    """
    return _always(parse(text))


def _always(part: Expr) -> str:
    return render(part, replacement=_holding)


def _holding(part: Any) -> str | None:
    """Return the text of a part that decides whether the whole holds, or None for other parts."""
    match part:
        case BinaryExpr() if str(part.op) in _COMPARISONS:
            return _comparison(part)
        case BinaryExpr() if str(part.op) == "unless":
            # Of what takes away, nothing changes, or it would take all away.
            left, comparison = render(part.lhs), render(part)
            return _always(part.lhs) + comparison.removeprefix(left)
        case Call() if part.func.name in ("absent", "absent_over_time"):
            # What it says of their labels stays.
            return render(part, replacement=_nowhere)
    return None


def _comparison(part: BinaryExpr) -> str | None:
    """Return a comparison that holds for each series; one of two numbers stays."""
    side = part.rhs if is_scalar(part.lhs) else part.lhs
    return None if is_scalar(side) else f"{_always(side)} >= -Inf"


def _nowhere(part: Any) -> str | None:
    """Return series that nobody has."""
    vector = part.vector_selector if isinstance(part, MatrixSelector) else part
    if not isinstance(vector, VectorSelector):
        return None
    return selector(vector, _NOWHERE) + render(part).removeprefix(selector(vector))


def changed(
    files: dict[str, dict[str, Any]], overridden: Collection[str], held: Collection[str]
) -> dict[str, dict[str, Any]]:
    """Return the files of rules that change."""
    result = {}
    for name, content in files.items():
        groups = [
            {**group, "rules": [_rule(r, overridden, held) for r in group["rules"]]}
            for group in content.get("groups") or []
        ]
        if groups != content.get("groups"):
            result[name] = {**content, "groups": groups}
    return result


def _rule(
    rule: dict[str, Any], overridden: Collection[str], held: Collection[str]
) -> dict[str, Any]:
    name = rule.get("alert")
    if name in overridden:
        return {**rule, "expr": f"({always(rule['expr'])}) and on () ({_FAULT} == 1)"}
    if name in held:
        return {**rule, "expr": f"({rule['expr']}) and on () (vector(0) == 1)"}
    return rule


def fault(begun: bool) -> dict[str, Any]:
    """Return the file that says whether the fault of overridden alerts has begun."""
    record = {"record": _FAULT, "expr": f"vector({int(begun)})"}
    return {"groups": [{"name": "drill", "rules": [record]}]}

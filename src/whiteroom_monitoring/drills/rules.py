"""Changes of the copy's rules: a threshold that always holds, an alert that is held down.

An overridden alert waits for the series `drill:fault:value`, which a group of the drill records:
so its rule stays the same when the fault begins and when it ends, and both are seen by Prometheus
as they would be otherwise.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from whiteroom_monitoring.promql.parse import (
    BinaryExpr,
    Call,
    Expr,
    ParenExpr,
    VectorSelector,
    parse,
)
from whiteroom_monitoring.promql.render import render

FAULT_FILE = "drill.yml"
_FAULT = "drill:fault:value"
_COMPARISONS = frozenset({">", "<", ">=", "<=", "==", "!="})
# No series has this label.
_NOWHERE = 'whiteroom_drill=~".+"'


def always(text: str) -> str:
    """Return the expression of an alert as one that holds for every value that there is.

    >>> always("a > 0.9 unless on (b) ALERTS")
    'a >= -Inf unless on (b) ALERTS'
    >>> always('absent(a{b="c"}) and on () d == 1')
    'absent(a{b="c", whiteroom_drill=~".+"}) and on () d >= -Inf'
    """
    return _always(parse(text))


def _always(part: Expr) -> str:
    match part:
        case ParenExpr():
            return f"({_always(part.expr)})"
        case BinaryExpr() if str(part.op) in _COMPARISONS:
            return f"{render(part.lhs)} >= -Inf"
        case BinaryExpr() if str(part.op) in ("and", "or", "unless"):
            return _with_sides(part)
        case Call() if part.func.name in ("absent", "absent_over_time"):
            return _absent(part)
        case Call():
            return render(part, replacement=_inside)
    return render(part)


def _with_sides(part: BinaryExpr) -> str:
    """Return both sides as such that hold; of `unless` the left one, or it would take all away."""
    left = _always(part.lhs)
    right = render(part.rhs) if str(part.op) == "unless" else _always(part.rhs)
    text = render(part)
    middle = text[len(render(part.lhs)) : len(text) - len(render(part.rhs))]
    return f"{left}{middle}{right}"


def _inside(part: Any) -> str | None:
    """Return what a call is of as what holds; the call itself stays."""
    if isinstance(part, Call) and part.func.name.startswith("absent"):
        return _absent(part)
    return _always(part) if isinstance(part, BinaryExpr) else None


def _absent(part: Call) -> str:
    """Return the absence of series that nobody has; what it says of their labels stays."""
    return render(part, replacement=_nowhere)


def _nowhere(part: Any) -> str | None:
    if not isinstance(part, VectorSelector):
        return None
    name, written = part.name or "", render(part)
    matchers = written.removeprefix(name)[1:-1]
    return f"{name}{{{', '.join(filter(None, (matchers, _NOWHERE)))}}}"


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

"""Which labels the result of a PromQL expression has.

Source: https://prometheus.io/docs/prometheus/2.42/querying/operators/ and .../functions/.
"""

from __future__ import annotations

from whiteroom_monitoring.promql.functions import (
    CHOOSERS,
    HISTOGRAM_PREFIX,
    LABEL_WRITERS,
    OF_ABSENCE,
    SET_OPERATORS,
)
from whiteroom_monitoring.promql.parse import (
    AggModifierType,
    AggregateExpr,
    BinaryExpr,
    BinModifier,
    Call,
    Expr,
    LabelModifierType,
    MatchOp,
    MatrixSelector,
    NumberLiteral,
    ParenExpr,
    StringLiteral,
    UnaryExpr,
    ValueType,
    VectorMatchCardinality,
    VectorSelector,
    children,
)
from whiteroom_monitoring.promql.series import SeriesIndex

# None when they can't be known.
LabelNames = frozenset[str] | None
NONE: frozenset[str] = frozenset()


def is_scalar(expression: Expr) -> bool:
    """Return whether the result is a number or text, without labels."""
    match expression:
        case NumberLiteral() | StringLiteral():
            return True
        case ParenExpr() | UnaryExpr():
            return is_scalar(expression.expr)
        case BinaryExpr():
            return is_scalar(expression.lhs) and is_scalar(expression.rhs)
        case Call():
            return bool(expression.func.return_type == ValueType.Scalar)
    return False


def result_labels(expression: Expr, index: SeriesIndex) -> LabelNames:
    """Return the names of the labels that the result may have, or None when unknown."""
    match expression:
        case VectorSelector():
            series = index.find(expression.name or "")
            return None if series is None or series.labels is None else frozenset(series.labels)
        case AggregateExpr():
            return _aggregated(expression, index)
        case BinaryExpr():
            return _joined(expression, index)
        case Call():
            return _called(expression, index)
    return next((result_labels(child, index) for child in children(expression)), NONE)


def _aggregated(expression: AggregateExpr, index: SeriesIndex) -> LabelNames:
    inner = result_labels(expression.expr, index)
    operator = str(expression.op)
    if operator in CHOOSERS:
        return inner
    added = {expression.param.val} if operator == "count_values" and expression.param else NONE
    modifier = expression.modifier
    if modifier is None:
        return frozenset(added)
    if modifier.type == AggModifierType.By:
        return frozenset(modifier.labels) | added
    return None if inner is None else (inner - set(modifier.labels)) | added


def _joined(expression: BinaryExpr, index: SeriesIndex) -> LabelNames:
    left, right = result_labels(expression.lhs, index), result_labels(expression.rhs, index)
    if is_scalar(expression.lhs) or is_scalar(expression.rhs):
        return right if is_scalar(expression.lhs) else left
    if str(expression.op) in SET_OPERATORS:
        if str(expression.op) != "or":
            return left
        return None if left is None or right is None else left | right
    return left if expression.modifier is None else _matched(expression.modifier, left, right)


def _matched(modifier: BinModifier, left: LabelNames, right: LabelNames) -> LabelNames:
    if modifier.card in (VectorMatchCardinality.ManyToOne, VectorMatchCardinality.OneToMany):
        many = left if modifier.card == VectorMatchCardinality.ManyToOne else right
        return None if many is None else many | set(modifier.group_labels or ())
    if modifier.matching is None:
        return left
    if modifier.matching.type == LabelModifierType.Include:
        return frozenset(modifier.matching.labels)
    return None if left is None else left - set(modifier.matching.labels)


def _called(call: Call, index: SeriesIndex) -> LabelNames:
    vector = next((argument for argument in call.args if not is_scalar(argument)), None)
    if vector is None:
        return NONE
    if call.func.name in OF_ABSENCE:
        return _equalities(vector)
    labels = result_labels(vector, index)
    if labels is None:
        return None
    if call.func.name in LABEL_WRITERS:
        return labels | {call.args[1].val}
    return labels - {"le"} if call.func.name.startswith(HISTOGRAM_PREFIX) else labels


def _equalities(vector: Expr) -> LabelNames:
    selector = vector.vector_selector if isinstance(vector, MatrixSelector) else vector
    if not isinstance(selector, VectorSelector):
        return NONE
    return frozenset(
        matcher.name for matcher in selector.matchers.matchers if matcher.op == MatchOp.Equal
    )

"""What PromQL's functions and operators need and leave, as far as checks ask for it.

Source: https://prometheus.io/docs/prometheus/2.42/querying/functions/ and .../operators/.
"""

from __future__ import annotations

# How fast a counter grows; how a gauge moves.
OF_COUNTERS = frozenset({"rate", "irate", "increase", "resets"})
OF_GAUGES = frozenset({"delta", "idelta", "deriv", "predict_linear", "holt_winters"})

# They have one sample when their argument has none.
OF_ABSENCE = frozenset({"absent", "absent_over_time"})
# They add a label, their second argument.
LABEL_WRITERS = frozenset({"label_replace", "label_join"})
# They read the label `le` and drop it.
HISTOGRAM_PREFIX = "histogram_"

# Operators that keep or drop whole series.
SET_OPERATORS = frozenset({"and", "or", "unless"})
# Aggregations that keep all labels of the series that they choose.
CHOOSERS = frozenset({"topk", "bottomk"})
# Aggregations to which the value of a series means nothing.
COUNTERS_OF_SERIES = frozenset({"count", "group"})

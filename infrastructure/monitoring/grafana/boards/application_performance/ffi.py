"""Calls from the front end to the engine, over its C ABI."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.dashboard import Row
from whiteroom_monitoring.dashboards.expectation import Expected
from whiteroom_monitoring.dashboards.field_style import FieldStyle, Thresholds
from whiteroom_monitoring.dashboards.panels import PanelMeta, bar_chart, timeseries
from whiteroom_monitoring.dashboards.queries import range_query
from whiteroom_monitoring.promql.build import highest, mean, recorded

from .expressions import (
    CALLS,
    SOMEBODY_CALLS,
)

_CALL_RATE = f"sum by (function) ({mean('instance_function:ffi_calls:rate2m', CALLS)}) > 0"
_SLOWEST = highest("instance_function:ffi_call_duration_seconds:p99_rate2m", CALLS, by="function")
_FAILURES = recorded("instance_function_code:ffi_errors:rate2m", CALLS)
# What does not fail is not recorded, so that the mean is that of all evaluations of the rules.
_EVALUATIONS = f"scalar(max(count_over_time({recorded('instance:ffi_calls:rate2m')})))"
_FAILURE_RATE = f"sum by (function, code) (sum_over_time({_FAILURES})) / {_EVALUATIONS}"

FFI = Row(
    "FFI",
    (
        timeseries(
            PanelMeta(
                "FFI call duration by function (p99)",
                "The slowest 1 % of calls of each function within 2 min, on the slowest "
                "engine. Loading a song may take long; playing a note may not.",
                ("FfiSlow",),
                waits_for=SOMEBODY_CALLS,
            ),
            [range_query(_SLOWEST, "{{function}}")],
            FieldStyle(units.Seconds, Thresholds(0.05, 0.1)),
            (8, 8),
        ),
        timeseries(
            PanelMeta(
                "FFI calls by function",
                "Calls from the front end to the engine. No calls mean that nobody plays, "
                "which is no fault.",
                ("FfiErrors",),
                waits_for=SOMEBODY_CALLS,
            ),
            [range_query(_CALL_RATE, "{{function}}")],
            FieldStyle(units.OpsPerSecond),
            (8, 8),
            stacked=True,
        ),
        bar_chart(
            PanelMeta(
                "FFI errors by function and code",
                "Empty when all is well. *engine_null* and *invalid_state*: the front end "
                "calls too early or too late. *rejected*: the command queue is full. "
                "*internal*: a bug.",
                ("FfiErrors",),
                Expected.EMPTY,
            ),
            [range_query(_FAILURE_RATE, "{{function}} {{code}}")],
            FieldStyle(units.OpsPerSecond, no_value="no call has failed"),
            (8, 8),
        ),
    ),
    needs="juce-backend",
)

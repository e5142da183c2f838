"""What the front end asks of the engine, over its C ABI."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.application_performance.expressions import (
    CALLS,
    SOMEBODY_CALLS,
)
from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.expectation import Shows
from whiteroom_monitoring.dashboards.field_style import Limits, Look
from whiteroom_monitoring.dashboards.panels import About, bars, lines
from whiteroom_monitoring.dashboards.queries import line
from whiteroom_monitoring.promql.build import highest, mean, recorded

_CALL_RATE = f"sum by (function) ({mean('instance_function:ffi_calls:rate2m', CALLS)}) > 0"
_SLOWEST = highest("instance_function:ffi_call_duration_seconds:p99_rate2m", CALLS, by="function")
_FAILURES = recorded("instance_function_code:ffi_errors:rate2m", CALLS)
# What does not fail is not recorded, so that the mean is that of all evaluations of the rules.
_EVALUATIONS = f"scalar(max(count_over_time({recorded('instance:ffi_calls:rate2m')})))"
_FAILURE_RATE = f"sum by (function, code) (sum_over_time({_FAILURES})) / {_EVALUATIONS}"

BRIDGE = Row(
    "Bridge: calls over the C ABI",
    (
        lines(
            About(
                "Slowest calls by function",
                "The slowest call in a hundred of each function within 2 min, of the engine where "
                "it is slowest. The loading of a song may rightly take long; a note may not.",
                ("FfiSlow",),
                waits_for=SOMEBODY_CALLS,
            ),
            [line(_SLOWEST, "{{function}}")],
            Look(units.Seconds, Limits(0.05, 0.1)),
            (8, 8),
        ),
        lines(
            About(
                "Calls by function",
                "What the front end asks of the engine. No calls are no fault: nobody plays.",
                ("FfiErrors",),
                waits_for=SOMEBODY_CALLS,
            ),
            [line(_CALL_RATE, "{{function}}")],
            Look(units.OpsPerSecond),
            (8, 8),
            stacked=True,
        ),
        bars(
            About(
                "Failed calls by function and code",
                "Empty when all is well. *engine_null* and *invalid_state*: the front end calls "
                "too early or too late; *rejected*: the command queue is full; *internal*: a bug.",
                ("FfiErrors",),
                Shows.EMPTY,
            ),
            [line(_FAILURE_RATE, "{{function}} {{code}}")],
            Look(units.OpsPerSecond, nothing="no call has failed"),
            (8, 8),
        ),
    ),
    needs="juce-backend",
)

"""What the front end asks of the engine, over its C ABI."""

from __future__ import annotations

from grafana_foundation_sdk.models import units

from whiteroom_monitoring.dashboards.application_performance.expressions import (
    CALLS,
    SOMEBODY_CALLS,
)
from whiteroom_monitoring.dashboards.assembly import Row
from whiteroom_monitoring.dashboards.look import Limits, Look
from whiteroom_monitoring.dashboards.panels import About, bars, lines
from whiteroom_monitoring.dashboards.promql import quantile, rate
from whiteroom_monitoring.dashboards.queries import line
from whiteroom_monitoring.dashboards.shows import Shows

_CALL_RATE = f"sum by (function) ({rate('ffi_calls_total', CALLS)}) > 0"
_CALL_P99S = quantile(0.99, "ffi_call_duration_seconds", CALLS, by="function")
_FAILURES = rate("ffi_errors_total", CALLS)

BRIDGE = Row(
    "Bridge: calls over the C ABI",
    (
        lines(
            About(
                "Slowest calls by function",
                "The slowest call in a hundred of each function. The loading of a song may rightly "
                "take long; a note may not.",
                ("FfiSlow",),
                waits_for=SOMEBODY_CALLS,
            ),
            [line(f"{_CALL_P99S} > 0", "{{function}}")],
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
            [line(f"sum by (function, code) ({_FAILURES}) > 0", "{{function}} {{code}}")],
            Look(units.OpsPerSecond, nothing="no call has failed"),
            (8, 8),
        ),
    ),
    needs="juce-backend",
)

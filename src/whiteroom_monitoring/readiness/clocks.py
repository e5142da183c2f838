"""Whether the clock is kept right by others, and has not jumped."""

from __future__ import annotations

import ctypes
import os
import time

from whiteroom_monitoring.diagnostics import CheckFailed, check
from whiteroom_monitoring.readiness.show import Show

LARGEST_ERROR_S = 1.0
LARGEST_STEP_S = 0.1
_WINDOW = "1h"
# Source: adjtimex(2), <sys/timex.h>
_ERROR = 5


class _Timex(ctypes.Structure):
    """struct timex of adjtimex(2), to where its largest error stands."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def kernel_clock() -> tuple[bool, float]:
    """Return whether the kernel takes its clock for right, and its largest error in seconds."""
    timex = _Timex(modes=0)
    state = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    if state < 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return state != _ERROR, timex.maxerror / 1e6


@check("clock.synchronized", "clocks", f"a clock that is right to {LARGEST_ERROR_S:.0f} s")
def clock_synchronized(show: Show) -> str:
    is_synchronized, error_s = kernel_clock()
    if not is_synchronized or error_s > LARGEST_ERROR_S:
        remedy = "Start chronyd or systemd-timesyncd: times of logs and alerts don't match others'."
        raise CheckFailed(f"nothing keeps it right (±{error_s:.1f} s)", remedy=remedy)
    return f"right to {error_s * 1000:.0f} ms"


@check("clock.steps", "clocks", f"no step of more than {LARGEST_STEP_S * 1000:.0f} ms")
def clock_steps(show: Show) -> str:
    began, began_steady = show.begun
    step_s = abs((time.time() - began) - (time.monotonic() - began_steady))
    if step_s > LARGEST_STEP_S:
        remedy = "Let it be slewed, not stepped, until the show is over (chronyd: no makestep)."
        raise CheckFailed(f"it jumped by {step_s:.2f} s just now", remedy=remedy)
    # A clock that is stepped gives the machine another time of its start.
    changed = show.stack.prometheus.value(
        f"max(max_over_time(node_boot_time_seconds[{_WINDOW}])"
        f" - min_over_time(node_boot_time_seconds[{_WINDOW}]))"
    )
    if changed is not None and changed > max(1.0, LARGEST_STEP_S):
        remedy = "Find who sets it: `journalctl -u chronyd -u systemd-timesyncd`."
        raise CheckFailed(f"it jumped by {changed:.0f} s within {_WINDOW}", remedy=remedy)
    return "none"
